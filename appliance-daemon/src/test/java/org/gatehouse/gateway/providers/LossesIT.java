package org.gatehouse.gateway.providers;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

import org.gatehouse.gateway.providers.WireClient.Dialect;
import org.gatehouse.simulated.providers.ProviderKind;

import static org.assertj.core.api.Assertions.assertThat;

/** What a client asks and a provider cannot do is answered without it, and said in a header; what it can do is not. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LossesIT {
    private final ProvidersBox park = new ProvidersBox(ProviderKind.OPENAI, ProviderKind.ANTHROPIC,
            ProviderKind.GEMINI, ProviderKind.MISTRAL, ProviderKind.DASHSCOPE);
    private final String openAi = park.model(ProviderKind.OPENAI, "gpt-4o");
    private final String anthropic = park.model(ProviderKind.ANTHROPIC, "claude-sonnet-4-5");
    private final String gemini = park.model(ProviderKind.GEMINI, "gemini-2.5-flash");
    private final String mistral = park.model(ProviderKind.MISTRAL, "mistral-large-latest");
    private final String qwen = park.model(ProviderKind.DASHSCOPE, "qwen-plus");

    /**
     * One wish.
     *
     * @param fields of the request, a comma in front
     * @param warning what the header says; empty for none
     */
    private record Wish(Dialect dialect, String model, String fields, String warning) {}

    @AfterAll
    void close() {
        park.close();
    }

    @TestFactory
    Stream<DynamicTest> lossesAreSaid() {
        List<Wish> wishes = List.of(new Wish(Dialect.OPENAI, anthropic, ",\"temperature\":1.7", "temperature"),
                new Wish(Dialect.OPENAI, anthropic, ",\"logit_bias\":{\"50256\":-100}", "logit_bias"),
                new Wish(Dialect.OPENAI, anthropic, ",\"seed\":7", "seed"),
                new Wish(Dialect.OPENAI, anthropic, ",\"frequency_penalty\":0.5", "frequency_penalty"),
                new Wish(Dialect.OPENAI, anthropic, ",\"temperature\":0.7,\"stop\":[\"END\"]", ""),
                new Wish(Dialect.OPENAI, gemini, ",\"logit_bias\":{\"50256\":-100}", "logit_bias"),
                new Wish(Dialect.OPENAI, gemini, ",\"seed\":7,\"temperature\":1.7", ""),
                new Wish(Dialect.OPENAI, mistral, ",\"user\":\"somebody\"", "user"),
                new Wish(Dialect.OPENAI, mistral, ",\"seed\":7,\"max_completion_tokens\":50", ""),
                new Wish(Dialect.OPENAI, mistral, ",\"safe_prompt\":true", ""),
                new Wish(Dialect.OPENAI, mistral, ",\"logprobs\":true", "logprobs"),
                new Wish(Dialect.OPENAI, qwen, ",\"enable_search\":true,\"reasoning_effort\":\"low\"", ""),
                new Wish(Dialect.ANTHROPIC, openAi, ",\"top_k\":5", "top_k"),
                new Wish(Dialect.ANTHROPIC, openAi, ",\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}",
                        "reasoning"),
                new Wish(Dialect.ANTHROPIC, openAi, ",\"metadata\":{\"user_id\":\"somebody\"},\"temperature\":0.5", ""),
                new Wish(Dialect.ANTHROPIC, gemini, ",\"top_k\":5,\"stop_sequences\":[\"END\"]", ""),
                new Wish(Dialect.GEMINI, openAi, ",\"generationConfig\":{\"topK\":5}", "top"),
                new Wish(Dialect.GEMINI, anthropic, ",\"safetySettings\":[{\"category\":\"HARM_CATEGORY_HARASSMENT\","
                        + "\"threshold\":\"BLOCK_NONE\"}]", "safetySettings"),
                new Wish(Dialect.GEMINI, anthropic, ",\"generationConfig\":{\"temperature\":0.5,\"topP\":0.9}",
                        "top_p"),
                new Wish(Dialect.GEMINI, anthropic, ",\"generationConfig\":{\"temperature\":0.5,\"topK\":9}", ""));
        List<DynamicTest> tests = new ArrayList<>();
        for (Wish wish : wishes) {
            for (boolean streamed : new boolean[]{false, true}) {
                tests.add(DynamicTest.dynamicTest(wish.dialect() + " to " + wish.model() + ": " + wish.fields()
                        + (streamed ? ", streamed" : ""), () -> check(wish, streamed)));
            }
        }
        return tests.stream();
    }

    private void check(Wish wish, boolean streamed) {
        String said = "Hello [[sim tokens=4]]";
        String path = switch (wish.dialect()) {
            case OPENAI -> "/v1/chat/completions";
            case ANTHROPIC -> "/v1/messages";
            case GEMINI -> "/v1beta/models/" + wish.model()
                    + (streamed ? ":streamGenerateContent?alt=sse" : ":generateContent");
        };
        String body = wish.dialect() == Dialect.GEMINI
                ? "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"" + said + "\"}]}]" + wish.fields() + "}"
                : "{\"model\":\"" + wish.model() + "\",\"messages\":[{\"role\":\"user\",\"content\":\"" + said + "\"}]"
                        + (wish.dialect() == Dialect.ANTHROPIC ? ",\"max_tokens\":2000" : "") + ",\"stream\":"
                        + streamed
                        + wish.fields() + "}";
        HttpResponse<String> reply = park.box.send(HttpRequest.newBuilder(park.box.uri(path))
                .header("authorization", "Bearer " + park.key).header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)).build());

        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        String warning = reply.headers().firstValue("x-gatehouse-warning").orElse("");
        if (wish.warning().isEmpty()) {
            assertThat(warning).isEmpty();
        } else {
            assertThat(warning).contains(wish.warning());
        }
    }
}
