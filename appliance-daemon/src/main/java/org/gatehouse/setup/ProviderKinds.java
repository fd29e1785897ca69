package org.gatehouse.setup;

import java.util.List;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.snapshot.Upstream.Kind;

/** The kinds of providers that people choose from, and where each lives unless they say otherwise. Stateless. */
final class ProviderKinds {
    private static final List<Known> ALL = List.of(
            new Known(Kind.OPENAI, "OpenAI", "https://api.openai.com/v1", List.of()),
            new Known(Kind.ANTHROPIC, "Anthropic", "https://api.anthropic.com/v1", List.of()),
            new Known(Kind.GEMINI, "Google AI Studio (Gemini)", "https://generativelanguage.googleapis.com/v1beta",
                    List.of()),
            new Known(Kind.AZURE_OPENAI, "Azure OpenAI", null, List.of()),
            new Known(Kind.VERTEX, "Google Vertex AI", null, List.of("project", "location")),
            new Known(Kind.BEDROCK, "Amazon Bedrock", null, List.of("region")),
            new Known(Kind.MISTRAL, "Mistral", "https://api.mistral.ai/v1", List.of()),
            new Known(Kind.COHERE, "Cohere", "https://api.cohere.com", List.of()),
            new Known(Kind.DEEPSEEK, "DeepSeek", "https://api.deepseek.com", List.of()),
            new Known(Kind.DASHSCOPE, "Alibaba Model Studio (Qwen)",
                    "https://dashscope-intl.aliyuncs.com/compatible-mode/v1", List.of()),
            new Known(Kind.OPENAI_COMPATIBLE, "Any server that speaks OpenAI's dialect", null, List.of()));

    private record Known(Kind kind, String label, @Nullable String baseUrl, List<String> options) {}

    private ProviderKinds() {}

    /** Where a kind lives; {@code null} when nobody can know. */
    static @Nullable String baseUrl(Kind kind) {
        return ALL.stream().filter(known -> known.kind() == kind).map(Known::baseUrl).filter(java.util.Objects::nonNull)
                .findFirst().orElse(null);
    }

    static ArrayNode tree() {
        ArrayNode kinds = JsonNodeFactory.instance.arrayNode();
        for (Known known : ALL) {
            ArrayNode options = kinds.addObject().put("kind", known.kind().id()).put("label", known.label())
                    .put("baseUrl", known.baseUrl()).putArray("options");
            known.options().forEach(options::add);
        }
        return kinds;
    }
}
