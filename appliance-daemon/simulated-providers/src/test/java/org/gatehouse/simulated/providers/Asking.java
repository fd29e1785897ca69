package org.gatehouse.simulated.providers;

import java.net.URI;
import java.util.List;

/** The plainest request of each provider, with a text of the test's own. */
final class Asking {
    static final String KEY = "simulated-key";

    private Asking() {}

    static Http.Answered ask(SimulatedProvider provider, boolean streamed, String said, String... more)
            throws InterruptedException {
        List<String> headers = new java.util.ArrayList<>(List.of(more));
        switch (provider.kind()) {
            case ANTHROPIC -> headers.addAll(List.of("x-api-key", KEY, "anthropic-version", "2023-06-01"));
            case GEMINI -> headers.addAll(List.of("x-goog-api-key", KEY));
            case AZURE_OPENAI -> headers.addAll(List.of("api-key", KEY));
            default -> headers.addAll(List.of("authorization", "Bearer " + KEY));
        }
        return Http.post(uri(provider, streamed), body(provider.kind(), streamed, said),
                headers.toArray(String[]::new));
    }

    private static URI uri(SimulatedProvider provider, boolean streamed) {
        String gemini = "/models/gemini-2.5-flash:"
                + (streamed ? "streamGenerateContent?alt=sse" : "generateContent");
        return provider.uri().resolve(switch (provider.kind()) {
            case ANTHROPIC -> "/v1/messages";
            case GEMINI -> "/v1beta" + gemini;
            case VERTEX -> "/v1/projects/simulated-project/locations/us-central1/publishers/google" + gemini;
            case OPENAI, MISTRAL -> "/v1/chat/completions";
            case AZURE_OPENAI -> "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21";
            case BEDROCK -> "/model/amazon.nova-pro-v1%3A0/converse" + (streamed ? "-stream" : "");
            case COHERE -> "/v2/chat";
            case DEEPSEEK -> "/chat/completions";
            case DASHSCOPE -> "/compatible-mode/v1/chat/completions";
        });
    }

    private static String body(ProviderKind kind, boolean streamed, String said) {
        String messages = "\"messages\":[{\"role\":\"user\",\"content\":\"" + said + "\"}]";
        return switch (kind) {
            case ANTHROPIC -> "{\"model\":\"claude-sonnet-4-5\",\"max_tokens\":100,\"stream\":" + streamed + ","
                    + messages + "}";
            case GEMINI, VERTEX -> "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"" + said + "\"}]}]}";
            case BEDROCK -> "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"" + said + "\"}]}]}";
            case MISTRAL, COHERE -> "{\"model\":\"" + kind.usualModels().getFirst() + "\",\"stream\":" + streamed + ","
                    + messages + "}";
            default -> "{\"model\":\"" + kind.usualModels().getFirst() + "\",\"stream\":" + streamed
                    + (streamed ? ",\"stream_options\":{\"include_usage\":true}" : "") + "," + messages + "}";
        };
    }
}
