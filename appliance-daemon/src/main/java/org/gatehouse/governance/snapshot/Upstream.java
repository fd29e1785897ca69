package org.gatehouse.governance.snapshot;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * A server that answers model calls. Immutable.
 *
 * @param name unique, shown in {@code x-gatehouse-upstream} and in the trail
 * @param kind what it is, hence what it can do beyond the common dialect
 * @param baseUrl {@code https://…/v1}, {@code http://…/v1}, {@code unix:/path/to.sock}, or {@code deployment:NAME} for the
 *     engines of a deployment of this box, wherever they are
 * @param apiKey sent as bearer token; {@code null} when it wants none. Never logged, never shown
 * @param local whether it runs on this box; a local upstream may live on a private address and costs no outside money
 * @param privateAddressesAllowed whether an admin allowed a non-local upstream to resolve to a private address
 * @param simulated whether its answers are simulated; shown wherever it shows
 * @param timeouts how long each phase of a call may take
 * @param maxReplyBytes the largest whole reply that is relayed
 * @param priorityScheduling whether it is an engine that heeds a request's priority; others refuse requests that have one
 */
public record Upstream(UUID id, String name, Kind kind, String baseUrl, @Nullable String apiKey, boolean local,
        boolean privateAddressesAllowed, boolean simulated, Timeouts timeouts, long maxReplyBytes,
        boolean priorityScheduling) {

    /** One that does not schedule by priority. */
    public Upstream(UUID id, String name, Kind kind, String baseUrl, @Nullable String apiKey, boolean local,
            boolean privateAddressesAllowed, boolean simulated, Timeouts timeouts, long maxReplyBytes) {
        this(id, name, kind, baseUrl, apiKey, local, privateAddressesAllowed, simulated, timeouts, maxReplyBytes,
                false);
    }

    /** How the base URL of an upstream begins whose engines come and go. */
    public static final String DEPLOYMENT = "deployment:";

    /** What a server is. */
    public enum Kind {
        /** Any server that speaks OpenAI's dialect. */
        OPENAI_COMPATIBLE,
        /** vLLM: also counts tokens ahead ({@code /tokenize}) and reports running usage in each chunk. */
        VLLM,
        /** SGLang. */
        SGLANG,
        /** llama.cpp's {@code llama-server}. */
        LLAMA_CPP,
        /** TensorRT-LLM's {@code trtllm-serve}. */
        TENSORRT_LLM,
        /** Hugging Face's {@code transformers serve}. */
        TRANSFORMERS;

        /** The name in the API, lower case with underscores. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Deadlines of a call.
     *
     * @param connect until the connection stands
     * @param firstByte from the request's last byte to the reply's first
     * @param idle between two pieces of the reply
     * @param total of the whole call
     */
    public record Timeouts(Duration connect, Duration firstByte, Duration idle, Duration total) {

        /** 5 s, 10 min, 2 min, 60 min: patient with long prompts, not with dead servers. */
        public static final Timeouts DEFAULT = new Timeouts(Duration.ofSeconds(5), Duration.ofMinutes(10),
                Duration.ofMinutes(2), Duration.ofMinutes(60));
    }

    /** Checks what must be there. */
    public Upstream {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(baseUrl, "baseUrl");
        Objects.requireNonNull(timeouts, "timeouts");
        if (maxReplyBytes <= 0) {
            throw new IllegalArgumentException("maxReplyBytes must be more than 0");
        }
    }

    /**
     * Whether it is an inference engine rather than a service with tenants of its own: an engine trusts whoever reaches it,
     * so it gets nothing from a client that steers the engine itself.
     */
    public boolean engine() {
        return local || kind != Kind.OPENAI_COMPATIBLE;
    }

    /** The deployment whose engines it stands for; {@code null} when it has an address of its own. */
    public @Nullable String deployment() {
        return baseUrl.startsWith(DEPLOYMENT) ? baseUrl.substring(DEPLOYMENT.length()) : null;
    }

    /** Leaves the API key out. */
    @Override
    public String toString() {
        return "Upstream[" + name + ", " + kind + ", " + baseUrl + "]";
    }
}
