package org.gatehouse.gateway;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import org.gatehouse.audit.Outcome;

import static org.assertj.core.api.Assertions.assertThat;

/** The box as a LangChain4j application sees it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LangChainTest {
    private final TestBox box = new TestBox();
    private final String key = box.key("langchain");

    @AfterAll
    void close() {
        box.close();
    }

    @Test
    void chatIsAnsweredWithItsUsage() {
        ChatResponse reply = plain("local").chat(UserMessage.from("hello [[sim tokens=6]]"));

        assertThat(reply.aiMessage().text()).isNotBlank();
        assertThat(reply.tokenUsage().outputTokenCount()).isEqualTo(6);
        assertThat(box.lastRow().usage().outputTokens()).isEqualTo(6);
    }

    @Test
    void streamIsAnsweredWithTheUsageThatTheLibraryAsksFor() throws Exception {
        CompletableFuture<ChatResponse> whole = new CompletableFuture<>();
        StringBuilder parts = new StringBuilder();
        OpenAiStreamingChatModel.builder().baseUrl(box.uri("/v1").toString()).apiKey(key).modelName("cloud").build()
                .chat("hello [[sim tokens=6]]", new StreamingChatResponseHandler() {
                    @Override
                    public void onPartialResponse(String part) {
                        parts.append(part);
                    }

                    @Override
                    public void onCompleteResponse(ChatResponse response) {
                        whole.complete(response);
                    }

                    @Override
                    public void onError(Throwable error) {
                        whole.completeExceptionally(error);
                    }
                });
        ChatResponse reply = whole.get(20, TimeUnit.SECONDS);

        assertThat(reply.aiMessage().text()).isEqualTo(parts.toString()).isNotBlank();
        assertThat(reply.tokenUsage().outputTokenCount()).isEqualTo(6);
        assertThat(box.lastRow().outcome()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void toolIsCalled() {
        ChatResponse reply = plain("local").chat(ChatRequest.builder()
                .messages(UserMessage.from("weather? [[sim tool]]"))
                .toolSpecifications(ToolSpecification.builder().name("weather")
                        .parameters(JsonObjectSchema.builder().addStringProperty("city").required("city").build())
                        .build())
                .toolChoice(ToolChoice.REQUIRED).build());

        assertThat(reply.aiMessage().toolExecutionRequests()).hasSize(1);
        assertThat(reply.aiMessage().toolExecutionRequests().getFirst().arguments()).contains("city");
    }

    private OpenAiChatModel plain(String model) {
        return OpenAiChatModel.builder().baseUrl(box.uri("/v1").toString()).apiKey(key).modelName(model).maxRetries(0)
                .timeout(Duration.ofSeconds(20)).build();
    }
}
