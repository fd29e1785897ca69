package org.gatehouse.governance.snapshot;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
 * @param keys the box's keys for it, tried in turn; empty when it wants none
 * @param local whether it runs on this box; a local upstream may live on a private address and costs no outside money
 * @param privateAddressesAllowed whether an admin allowed a non-local upstream to resolve to a private address
 * @param simulated whether its answers are simulated; shown wherever it shows
 * @param timeouts how long each phase of a call may take
 * @param maxReplyBytes the largest whole reply that is relayed
 * @param priorityScheduling whether it is an engine that heeds a request's priority; others refuse requests that have one
 * @param region where it works, for residency rules, such as {@code eu-central-1}; {@code null} when nobody said
 * @param options what its kind needs besides, by name: see the provider's page in the documents
 */
public record Upstream(UUID id, String name, Kind kind, String baseUrl, List<ProviderKey> keys, boolean local,
        boolean privateAddressesAllowed, boolean simulated, Timeouts timeouts, long maxReplyBytes,
        boolean priorityScheduling, @Nullable String region, Map<String, String> options) {

    /** One with a single key or none, and no options. */
    public Upstream(UUID id, String name, Kind kind, String baseUrl, @Nullable String apiKey, boolean local,
            boolean privateAddressesAllowed, boolean simulated, Timeouts timeouts, long maxReplyBytes,
            boolean priorityScheduling) {
        this(id, name, kind, baseUrl, apiKey == null ? List.of() : List.of(new ProviderKey("main", apiKey)), local,
                privateAddressesAllowed, simulated, timeouts, maxReplyBytes, priorityScheduling, null, Map.of());
    }

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
        OPENAI_COMPATIBLE(false),
        /** OpenAI itself. */
        OPENAI(false),
        /** OpenAI's models at Microsoft. */
        AZURE_OPENAI(false),
        /** Anthropic itself. */
        ANTHROPIC(false),
        /** Google's AI Studio. */
        GEMINI(false),
        /** Google Cloud's Vertex AI. */
        VERTEX(false),
        /** Amazon Bedrock, by its Converse API. */
        BEDROCK(false),
        /** Alibaba's Model Studio, where Qwen lives. */
        DASHSCOPE(false),
        /** DeepSeek itself. */
        DEEPSEEK(false),
        /** Mistral itself. */
        MISTRAL(false),
        /** Cohere: chat, embeddings and rerank. */
        COHERE(false),
        /** vLLM: also counts tokens ahead ({@code /tokenize}) and reports running usage in each chunk. */
        VLLM(true),
        /** SGLang. */
        SGLANG(true),
        /** llama.cpp's {@code llama-server}. */
        LLAMA_CPP(true),
        /** TensorRT-LLM's {@code trtllm-serve}. */
        TENSORRT_LLM(true),
        /** Hugging Face's {@code transformers serve}. */
        TRANSFORMERS(true);

        private final boolean engine;

        Kind(boolean engine) {
            this.engine = engine;
        }

        /** Whether it is an inference engine rather than a service with tenants of its own. */
        public boolean engine() {
            return engine;
        }

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
        keys = List.copyOf(keys);
        options = Map.copyOf(options);
        if (maxReplyBytes <= 0) {
            throw new IllegalArgumentException("maxReplyBytes must be more than 0");
        }
    }

    /**
     * Whether it is an inference engine rather than a service with tenants of its own: an engine trusts whoever reaches it,
     * so it gets nothing from a client that steers the engine itself.
     */
    public boolean engine() {
        return local || kind.engine();
    }

    /** The deployment whose engines it stands for; {@code null} when it has an address of its own. */
    public @Nullable String deployment() {
        return baseUrl.startsWith(DEPLOYMENT) ? baseUrl.substring(DEPLOYMENT.length()) : null;
    }

    /** The secret of the first key; {@code null} when it wants none. */
    public @Nullable String apiKey() {
        return keys.isEmpty() ? null : keys.getFirst().secret();
    }

    /** What an admin said of that name; {@code null} when nothing. */
    public @Nullable String option(String name) {
        return options.get(name);
    }

    /**
     * A key of the box's for a provider.
     *
     * @param name shown in metrics and the trail, unique for the upstream
     * @param account whose money it spends: keys of one account share its name
     * @param secret in the form that the provider's kind wants. Never logged, never shown
     */
    public record ProviderKey(String name, String account, String secret) {

        /** A key of the one account there is. */
        public ProviderKey(String name, String secret) {
            this(name, "main", secret);
        }

        /** Checks what must be there. */
        public ProviderKey {
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(account, "account");
            Objects.requireNonNull(secret, "secret");
        }

        /** Leaves the secret out. */
        @Override
        public String toString() {
            return "ProviderKey[" + name + "]";
        }
    }

    /** Leaves the keys out. */
    @Override
    public String toString() {
        return "Upstream[" + name + ", " + kind + ", " + baseUrl + "]";
    }
}
