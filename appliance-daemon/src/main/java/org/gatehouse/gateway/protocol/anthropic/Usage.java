package org.gatehouse.gateway.protocol.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.gateway.canonical.TokenCount;

/**
 * The usage as Anthropic counts it: {@code input_tokens} without what was read from and written to the prompt cache. Each
 * report of a stream replaces the fields that it has, and adds nothing. Confined to one thread.
 */
final class Usage {
    private long input;
    private long cacheReads;
    private long cacheWrites;
    private long longCacheWrites;
    private long output;
    private long reasoning;

    /** Takes what a report says. */
    void set(JsonNode report) {
        input = latest(report, "input_tokens", input);
        cacheReads = latest(report, "cache_read_input_tokens", cacheReads);
        cacheWrites = latest(report, "cache_creation_input_tokens", cacheWrites);
        output = latest(report, "output_tokens", output);
        JsonNode split = Trees.field(report, "cache_creation");
        if (split != null) {
            longCacheWrites = latest(split, "ephemeral_1h_input_tokens", longCacheWrites);
            cacheWrites = Math.max(cacheWrites, longCacheWrites + Trees.count(split, "ephemeral_5m_input_tokens"));
        }
        JsonNode details = Trees.field(report, "output_tokens_details");
        if (details != null) {
            reasoning = latest(details, "thinking_tokens", reasoning);
        }
    }

    /** Takes what the first event of a stream says; its output is a placeholder. */
    void setWithoutOutput(JsonNode report) {
        set(report);
        output = 0;
        reasoning = 0;
    }

    private static long latest(JsonNode report, String name, long before) {
        return Trees.field(report, name) == null ? before : Trees.count(report, name);
    }

    /** In the canonical way of counting. */
    TokenCount count() {
        return new TokenCount(input + cacheReads + cacheWrites, cacheReads, cacheWrites,
                Math.min(longCacheWrites, cacheWrites), output, reasoning);
    }

    /** Writes a count for a client. */
    static void write(TokenCount count, ObjectNode out) {
        out.put("input_tokens", Math.max(0, count.input() - count.cachedInput() - count.cacheWrites()));
        out.put("cache_creation_input_tokens", count.cacheWrites());
        out.put("cache_read_input_tokens", count.cachedInput());
        if (count.cacheWrites() > 0) {
            out.putObject("cache_creation")
                    .put("ephemeral_5m_input_tokens", Math.max(0, count.cacheWrites() - count.longCacheWrites()))
                    .put("ephemeral_1h_input_tokens", count.longCacheWrites());
        }
        out.put("output_tokens", count.output());
        if (count.reasoning() > 0) {
            out.putObject("output_tokens_details").put("thinking_tokens", count.reasoning());
        }
    }
}
