package org.gatehouse.simulated;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What the engine counts, written in the Prometheus text format under vLLM's names. Thread-safe. */
final class Metrics {
    /** How a generation ended, as vLLM labels it. */
    enum Finish {
        STOP, LENGTH, ABORT, ERROR
    }

    private final long startedSeconds;
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final LongAdder promptTokens = new LongAdder();
    private final LongAdder generationTokens = new LongAdder();
    private final Map<Finish, LongAdder> finished = new EnumMap<>(Finish.class);
    private final Latencies firstToken = new Latencies("vllm:time_to_first_token_seconds");
    private final Latencies whole = new Latencies("vllm:e2e_request_latency_seconds");

    Metrics(long startedSeconds) {
        this.startedSeconds = startedSeconds;
        for (Finish finish : Finish.values()) {
            finished.put(finish, new LongAdder());
        }
    }

    void waits() {
        waiting.incrementAndGet();
    }

    void waitsNoMore() {
        waiting.decrementAndGet();
    }

    void begins(int prompt) {
        running.incrementAndGet();
        promptTokens.add(prompt);
    }

    void ends(Finish finish, int generated, long nanosToFirstToken, long nanos) {
        running.decrementAndGet();
        generationTokens.add(generated);
        of(finish).increment();
        firstToken.add(nanosToFirstToken);
        whole.add(nanos);
    }

    private LongAdder of(Finish finish) {
        return Objects.requireNonNull(finished.get(finish));
    }

    /** Requests that are being generated or wait for it. */
    int load() {
        return running.get() + waiting.get();
    }

    int running() {
        return running.get();
    }

    void write(String model, int maxModelLength, PrefixCache prefixes, Bytes out) {
        String labels = "{engine=\"0\",model_name=\"" + model.replace("\\", "\\\\").replace("\"", "\\\"") + "\"}";
        out.ascii("# Simulated engine: no model runs here.\n");
        gauge("vllm:num_requests_running", labels, running.get(), out);
        gauge("vllm:num_requests_waiting", labels, waiting.get(), out);
        out.ascii("# TYPE vllm:kv_cache_usage_perc gauge\nvllm:kv_cache_usage_perc").ascii(labels).put(' ');
        out.ascii(Double.toString(Math.min(1.0, running.get() / 256.0))).put('\n');
        String inside = labels.substring(1);
        out.ascii("# TYPE vllm:engine_sleep_state gauge\n");
        for (String state : new String[]{"awake", "weights_offloaded", "discard_all"}) {
            out.ascii("vllm:engine_sleep_state{sleep_state=\"").ascii(state).ascii("\",").ascii(inside).put(' ');
            out.ascii(state.equals("awake") ? "1.0\n" : "0.0\n");
        }
        out.ascii("# TYPE vllm:cache_config_info gauge\nvllm:cache_config_info{block_size=\"16\",num_gpu_blocks=\"");
        out.number((long) maxModelLength * 256 / PromptTokens.BLOCK).ascii("\",").ascii(inside).ascii(" 1.0\n");
        counter("vllm:prompt_tokens", labels, promptTokens.sum(), out);
        counter("vllm:generation_tokens", labels, generationTokens.sum(), out);
        counter("vllm:prefix_cache_queries", labels, prefixes.queries(), out);
        counter("vllm:prefix_cache_hits", labels, prefixes.hits(), out);
        out.ascii("# TYPE vllm:request_success counter\n");
        for (Finish finish : Finish.values()) {
            String reason = switch (finish) {
                case STOP -> "stop";
                case LENGTH -> "length";
                case ABORT -> "abort";
                case ERROR -> "error";
            };
            sample("vllm:request_success", "{finished_reason=\"" + reason + "\"," + inside,
                    of(finish).sum(), out);
        }
        firstToken.write(inside, out);
        whole.write(inside, out);
    }

    private static void gauge(String name, String labels, long value, Bytes out) {
        out.ascii("# TYPE ").ascii(name).ascii(" gauge\n").ascii(name).ascii(labels).put(' ').number(value)
                .ascii(".0\n");
    }

    private void counter(String name, String labels, long value, Bytes out) {
        out.ascii("# TYPE ").ascii(name).ascii(" counter\n");
        sample(name, labels, value, out);
    }

    // The Prometheus client of vLLM's language writes the moment of creation beside each counter.
    private void sample(String name, String labels, long value, Bytes out) {
        out.ascii(name).ascii("_total").ascii(labels).put(' ').number(value).ascii(".0\n");
        out.ascii(name).ascii("_created").ascii(labels).put(' ').number(startedSeconds).ascii(".0\n");
    }

    /** A histogram of times in nanoseconds. */
    private static final class Latencies {
        private static final long[] BOUNDS_MICROS = {1_000, 5_000, 10_000, 50_000, 100_000, 500_000, 1_000_000,
                5_000_000, 10_000_000, 60_000_000};

        private final String name;
        private final LongAdder[] buckets = new LongAdder[BOUNDS_MICROS.length + 1];
        private final LongAdder nanosSum = new LongAdder();

        Latencies(String name) {
            this.name = name;
            for (int i = 0; i < buckets.length; i++) {
                buckets[i] = new LongAdder();
            }
        }

        void add(long nanos) {
            int bucket = 0;
            while (bucket < BOUNDS_MICROS.length && nanos > BOUNDS_MICROS[bucket] * 1000) {
                bucket++;
            }
            buckets[bucket].increment();
            nanosSum.add(nanos);
        }

        void write(String labels, Bytes out) {
            out.ascii("# TYPE ").ascii(name).ascii(" histogram\n");
            long sum = 0;
            for (int i = 0; i < buckets.length; i++) {
                sum += buckets[i].sum();
                out.ascii(name).ascii("_bucket{le=\"");
                out.ascii(i < BOUNDS_MICROS.length ? Double.toString(BOUNDS_MICROS[i] / 1e6) : "+Inf");
                out.ascii("\",").ascii(labels).put(' ').number(sum).ascii(".0\n");
            }
            out.ascii(name).ascii("_count{").ascii(labels).put(' ').number(sum).ascii(".0\n");
            out.ascii(name).ascii("_sum{").ascii(labels).put(' ').ascii(Double.toString(nanosSum.sum() / 1e9));
            out.put('\n');
        }
    }
}
