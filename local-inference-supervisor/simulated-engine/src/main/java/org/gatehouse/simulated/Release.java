package org.gatehouse.simulated;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The release of vLLM that is played. Names and words changed between releases, and whoever reads them has to know both.
 *
 * @param version as in {@code 0.28.0}
 * @param minor its second number
 */
public record Release(String version, int minor) {
    /** The first release without the {@code gpu_} names; 0.10 had them, 0.19 had not. */
    private static final int NEW_NAMES = 12;
    private static final Pattern VERSION = Pattern.compile("0\\.(\\d{1,3})(\\.\\d{1,3})?");
    static final Release USUAL = of("0.28.0");

    static Release of(String version) {
        Matcher matcher = VERSION.matcher(version);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("version " + version + " is not one of vLLM's, such as 0.28.0");
        }
        return new Release(version, Integer.parseInt(matcher.group(1)));
    }

    private boolean old() {
        return minor < NEW_NAMES;
    }

    /** What it calls itself; nobody shall take it for the real one. */
    String shown() {
        return version + "+simulated";
    }

    /** The field of reasoning in messages and deltas. */
    String reasoningField() {
        return old() ? "reasoning_content" : "reasoning";
    }

    String kvCacheUsage() {
        return old() ? "vllm:gpu_cache_usage_perc" : "vllm:kv_cache_usage_perc";
    }

    String prefixCache() {
        return old() ? "vllm:gpu_prefix_cache" : "vllm:prefix_cache";
    }

    String interTokenLatency() {
        return old() ? "vllm:time_per_output_token_seconds" : "vllm:inter_token_latency_seconds";
    }

    boolean tellsSleepState() {
        return !old();
    }

    /** The words about the compiler's time. */
    String compileTook() {
        return old() ? "torch.compile takes" : "torch.compile took";
    }

    /** Whether size and concurrency of the KV cache stand in one line. */
    boolean kvCacheInOneLine() {
        return !old();
    }

    /** Whether it knows a flag that came with this minor release. */
    boolean since(int wanted) {
        return minor >= wanted;
    }
}
