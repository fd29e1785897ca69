package org.gatehouse.gateway.providers;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiChatRequestParameters;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import org.jspecify.annotations.Nullable;

/** LangChain4j's client for OpenAI's chat completions. */
final class LangChainAsker implements Asker {
    private static final int PATIENCE_SECONDS = 20;
    private final OpenAiChatModel plain;
    private final OpenAiStreamingChatModel streaming;

    LangChainAsker(URI base, String key) {
        Duration patience = Duration.ofSeconds(PATIENCE_SECONDS);
        plain = OpenAiChatModel.builder().baseUrl(base + "/v1").apiKey(key).modelName("unused").maxRetries(0)
                .strictJsonSchema(true).returnThinking(true).timeout(patience).build();
        streaming = OpenAiStreamingChatModel.builder().baseUrl(base + "/v1").apiKey(key).modelName("unused")
                .strictJsonSchema(true).returnThinking(true).timeout(patience).build();
    }

    @Override
    public String name() {
        return "langchain4j";
    }

    @Override
    public List<Heard> ask(Question question) {
        List<ChatMessage> messages = new ArrayList<>(List.of(said(question)));
        ChatResponse first = send(question, messages);
        List<Heard> heard = new ArrayList<>(List.of(heard(first)));
        if (question.offersTools()) {
            messages.add(first.aiMessage());
            int number = 0;
            for (ToolExecutionRequest call : first.aiMessage().toolExecutionRequests()) {
                messages.add(ToolExecutionResultMessage.from(call, Question.result(number++)));
            }
            heard.add(heard(send(question, messages)));
        }
        return heard;
    }

    @Override
    public Refused refused(Question question) {
        try {
            send(question, List.of(said(question)));
            throw new AssertionError("was answered");
        } catch (RuntimeException e) {
            HttpException http = httpCause(e);
            if (http == null) {
                throw e;
            }
            String body = String.valueOf(http.getMessage());
            return new Refused(http.statusCode(), body.replaceFirst("(?s).*\"type\":\"(\\w+)\".*", "$1"), body);
        }
    }

    private static @Nullable HttpException httpCause(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof HttpException http) {
                return http;
            }
        }
        return null;
    }

    private static UserMessage said(Question question) {
        return question.kind() == Question.Kind.SEE
                ? UserMessage.from(TextContent.from(question.text()),
                        ImageContent.from(Question.PICTURE, "image/png"))
                : UserMessage.from(question.text());
    }

    private static ChatRequest request(Question question, List<ChatMessage> messages) {
        OpenAiChatRequestParameters.Builder parameters = OpenAiChatRequestParameters.builder()
                .modelName(question.model()).maxCompletionTokens(question.mostTokens());
        if (question.offersTools()) {
            parameters.toolSpecifications(Question.TOOLS.stream().map(tool -> ToolSpecification.builder().name(tool)
                    .parameters(JsonObjectSchema.builder().addStringProperty("city").build()).build()).toList());
        }
        if (question.kind() == Question.Kind.REASON) {
            parameters.reasoningEffort("low");
        }
        if (question.kind() == Question.Kind.SCHEMA) {
            parameters.responseFormat(ResponseFormat.builder().type(ResponseFormatType.JSON)
                    .jsonSchema(JsonSchema.builder().name("forecast")
                            .rootElement(JsonObjectSchema.builder().addStringProperty("city")
                                    .addIntegerProperty("degrees").required("city", "degrees")
                                    .additionalProperties(false).build())
                            .build())
                    .build());
        }
        return ChatRequest.builder().messages(messages).parameters(parameters.build()).build();
    }

    private ChatResponse send(Question question, List<ChatMessage> messages) {
        ChatRequest request = request(question, messages);
        if (!question.streamed()) {
            return plain.chat(request);
        }
        CompletableFuture<ChatResponse> whole = new CompletableFuture<>();
        streaming.chat(request, new StreamingChatResponseHandler() {
            @Override
            public void onPartialResponse(String part) {
                // The whole is looked at.
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
        try {
            return whole.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | InterruptedException | TimeoutException e) {
            throw new IllegalStateException("the stream failed", e);
        }
    }

    private static Heard heard(ChatResponse response) {
        List<Heard.Call> calls = response.aiMessage().toolExecutionRequests().stream()
                .map(call -> new Heard.Call(call.id(), call.name(), call.arguments())).toList();
        String text = response.aiMessage().text();
        String thoughts = response.aiMessage().thinking();
        return new Heard(text == null ? "" : text, thoughts == null ? "" : thoughts, calls,
                switch (response.finishReason()) {
                    case STOP -> Heard.Stop.END;
                    case LENGTH -> Heard.Stop.LENGTH;
                    case TOOL_EXECUTION -> Heard.Stop.TOOLS;
                    default -> Heard.Stop.OTHER;
                }, response.tokenUsage().inputTokenCount(), response.tokenUsage().outputTokenCount());
    }

    @Override
    public void close() {
        // It holds nothing.
    }
}
