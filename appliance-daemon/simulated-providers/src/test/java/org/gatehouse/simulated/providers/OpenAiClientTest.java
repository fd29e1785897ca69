package org.gatehouse.simulated.providers;

import java.util.Map;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** OpenAI's own client against the simulated OpenAI. */
class OpenAiClientTest {
    private final SimulatedProvider provider = SimulatedProvider.start(ProviderKind.OPENAI, ProviderOptions.usual());
    private final OpenAIClient client = OpenAIOkHttpClient.builder().apiKey(Asking.KEY)
            .baseUrl(provider.uri() + "/v1").maxRetries(0).build();

    @AfterEach
    void stop() {
        client.close();
        provider.close();
    }

    @Test
    void streamedCallsOfToolsAreReadAndValid() {
        ChatCompletionCreateParams request = ChatCompletionCreateParams.builder().model("gpt-4o")
                .addUserMessage("Weather? [[sim tool=2]]")
                .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .addFunctionTool(FunctionDefinition.builder().name("weather").parameters(FunctionParameters.builder()
                        .putAdditionalProperty("type", JsonValue.from("object")).putAdditionalProperty("properties",
                                JsonValue.from(Map.of("city", Map.of("type", "string"))))
                        .build()).build())
                .build();
        ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> chunks = client.chat().completions().createStreaming(request)) {
            chunks.stream().forEach(accumulator::accumulate);
        }
        ChatCompletion completion = accumulator.chatCompletion().validate();

        assertThat(completion.choices().getFirst().message().toolCalls().orElseThrow()).hasSize(2);
        assertThat(completion.usage().orElseThrow().completionTokens())
                .isEqualTo(provider.ledger().last().outputTokens());
    }

    @Test
    void responsesAreKeptAndFollowed() {
        Response first = client.responses().create(ResponseCreateParams.builder().model("gpt-5").input("Hello").build())
                .validate();
        ResponseAccumulator accumulator = ResponseAccumulator.create();
        try (StreamResponse<ResponseStreamEvent> events = client.responses().createStreaming(ResponseCreateParams
                .builder().model("gpt-5").previousResponseId(first.id()).input("More [[sim tokens=7]]").build())) {
            events.stream().forEach(accumulator::accumulate);
        }
        Response second = accumulator.response().validate();

        assertThat(second.previousResponseId()).contains(first.id());
        assertThat(second.usage().orElseThrow().outputTokens()).isEqualTo(15);
        assertThat(second.usage().orElseThrow().outputTokensDetails().reasoningTokens()).isEqualTo(8);
    }

    @Test
    void embeddingsAreRead() {
        assertThat(client.embeddings().create(EmbeddingCreateParams.builder().model("text-embedding-3-small")
                .input("Hello").dimensions(8).build()).validate().data().getFirst().embedding()).hasSize(8);
    }

    @Test
    void unsupportedParameterBecomesTheClientsOwnException() {
        assertThatThrownBy(() -> client.chat().completions().create(ChatCompletionCreateParams.builder().model("gpt-5")
                .addUserMessage("Hello").putAdditionalBodyProperty("max_tokens", JsonValue.from(5)).build()))
                .isInstanceOf(BadRequestException.class)
                .hasMessageContaining("max_completion_tokens");
    }
}
