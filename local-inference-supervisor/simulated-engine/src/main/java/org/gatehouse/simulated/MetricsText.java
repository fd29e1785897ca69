package org.gatehouse.simulated;

import java.util.Locale;

/** Writes the engine's numbers in the Prometheus text format, under the names of the release that is played. */
final class MetricsText {
    /** So many requests at once fill the simulated KV cache. */
    private static final double REQUESTS_OF_A_FULL_CACHE = 256;
    private static final String[] SLEEP_STATES = {"awake", "weights_offloaded", "discard_all"};

    private final Engine engine;
    private final Metrics metrics;
    private final Release release;
    /** The labels of every series, without the brace that opens them, for those that have one more. */
    private final String labels;

    MetricsText(Engine engine) {
        this.engine = engine;
        metrics = engine.metrics();
        release = engine.release();
        labels = "engine=\"0\",model_name=\"" + label(engine.servedName()) + "\"}";
    }

    private static String label(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    void write(Bytes out) {
        out.ascii("# Simulated engine: no model runs here.\n");
        gauge("vllm:num_requests_running", "", metrics.running(), out);
        gauge("vllm:num_requests_waiting", "", metrics.waiting(), out);
        gauge(release.kvCacheUsage(), "", kvCacheUsage(), out);
        if (release.tellsSleepState()) {
            type("vllm:engine_sleep_state", "gauge", out);
            for (int level = 0; level < SLEEP_STATES.length; level++) {
                value("vllm:engine_sleep_state", "sleep_state=\"" + SLEEP_STATES[level] + "\",",
                        level == engine.condition().sleepLevel() ? 1 : 0, out);
            }
        }
        gauge("vllm:cache_config_info", "block_size=\"16\",num_gpu_blocks=\""
                + (long) engine.options().maxModelLength() * 256 / PromptTokens.BLOCK + "\",", 1, out);
        if (engine.options().script().adaptersAtRunTime() || !engine.adapters().paths().isEmpty()) {
            // This one has no model's label, and a moment as its value.
            type("vllm:lora_requests_info", "gauge", out);
            out.ascii("vllm:lora_requests_info{max_lora=\"1\",running_lora_adapters=\"")
                    .ascii(label(String.join(",", engine.adapters().running())))
                    .ascii("\",waiting_lora_adapters=\"\"} ").number(engine.epochMillis() / 1000).ascii(".0\n");
        }
        counter("vllm:prompt_tokens", metrics.promptTokens(), out);
        counter("vllm:generation_tokens", metrics.generationTokens(), out);
        counter(release.prefixCache() + "_queries", engine.prefixes().queries(), out);
        counter(release.prefixCache() + "_hits", engine.prefixes().hits(), out);
        counter("vllm:num_preemptions", 0, out);
        type("vllm:request_success", "counter", out);
        for (Metrics.Finish finish : Metrics.Finish.values()) {
            sample("vllm:request_success",
                    "finished_reason=\"" + finish.name().toLowerCase(Locale.ROOT) + "\",", metrics.finished(finish),
                    out);
        }
        metrics.firstToken().write("vllm:time_to_first_token_seconds", labels, out);
        metrics.betweenTokens().write(release.interTokenLatency(), labels, out);
        metrics.whole().write("vllm:e2e_request_latency_seconds", labels, out);
    }

    private double kvCacheUsage() {
        double wanted = engine.condition().kvCacheUsage();
        return wanted >= 0 ? wanted : Math.min(1.0, metrics.running() / REQUESTS_OF_A_FULL_CACHE);
    }

    private static void type(String name, String kind, Bytes out) {
        out.ascii("# TYPE ").ascii(name).put(' ').ascii(kind).put('\n');
    }

    private void gauge(String name, String more, double value, Bytes out) {
        type(name, "gauge", out);
        value(name, more, value, out);
    }

    private void value(String name, String more, double value, Bytes out) {
        out.ascii(name).put('{').ascii(more).ascii(labels).put(' ').ascii(Double.toString(value)).put('\n');
    }

    private void counter(String name, long value, Bytes out) {
        type(name, "counter", out);
        sample(name, "", value, out);
    }

    // The Prometheus client of vLLM's language writes the moment of creation beside each counter.
    private void sample(String name, String more, long value, Bytes out) {
        out.ascii(name).ascii("_total{").ascii(more).ascii(labels).put(' ').number(value).ascii(".0\n");
        out.ascii(name).ascii("_created{").ascii(more).ascii(labels).put(' ').number(metrics.startedSeconds())
                .ascii(".0\n");
    }
}
