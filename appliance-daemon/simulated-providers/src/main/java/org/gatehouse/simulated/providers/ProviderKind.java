package org.gatehouse.simulated.providers;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Which commercial provider is simulated, with the model names that it knows unless told otherwise. */
public enum ProviderKind {
    /** The Messages API. */
    ANTHROPIC("claude-sonnet-4-5", "claude-haiku-4-5", "claude-opus-4-1", "claude-3-5-haiku-latest"),
    /** Gemini of AI Studio: an API key. */
    GEMINI("gemini-3-pro-preview", "gemini-3-flash-preview", "gemini-2.5-flash", "gemini-embedding-001"),
    /** Gemini of Vertex AI: an OAuth 2 token of a service account. */
    VERTEX("gemini-3-pro-preview", "gemini-3-flash-preview", "gemini-2.5-flash", "gemini-embedding-001"),
    /** Chat completions, responses, embeddings. */
    OPENAI("gpt-4o", "gpt-4o-mini", "gpt-5", "gpt-5-mini", "o3", "text-embedding-3-small", "gpt-realtime"),
    /** OpenAI's models behind deployments, with content filters. */
    AZURE_OPENAI("gpt-4o", "gpt-4o-mini", "gpt-5", "o3", "text-embedding-3-small", "gpt-realtime"),
    /** Converse and ConverseStream, signed requests, binary events. */
    BEDROCK("anthropic.claude-sonnet-4-5-20250929-v1:0", "amazon.nova-pro-v1:0", "meta.llama3-3-70b-instruct-v1:0"),
    /** Chat, rerank and embed of version 2. */
    COHERE("command-a-03-2025", "command-r-plus-08-2024", "rerank-v3.5", "embed-v4.0"),
    /** Chat completions and embeddings of Mistral. */
    MISTRAL("mistral-large-latest", "mistral-small-latest", "magistral-medium-latest", "mistral-embed"),
    /** Chat completions of DeepSeek. */
    DEEPSEEK("deepseek-chat", "deepseek-reasoner"),
    /** The OpenAI-compatible mode of Alibaba Cloud's model service. */
    DASHSCOPE("qwen-plus", "qwen-max", "qwen3-32b", "qwen-vl-max", "text-embedding-v4");

    private final List<String> usualModels;

    ProviderKind(String... usualModels) {
        this.usualModels = List.of(usualModels);
    }

    /** The models that it serves when the options name none. */
    public List<String> usualModels() {
        return usualModels;
    }

    /** The name on the command line, such as {@code azure-openai}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Finds a kind by its {@link #word}.
     *
     * @throws IllegalArgumentException when there is none, naming those that there are
     */
    public static ProviderKind of(String word) {
        return Arrays.stream(values()).filter(kind -> kind.word().equals(word)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no simulated provider \"" + word
                        + "\"; choose one of " + Arrays.stream(values()).map(ProviderKind::word).toList() + "."));
    }
}
