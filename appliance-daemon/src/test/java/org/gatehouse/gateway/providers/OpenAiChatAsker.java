package org.gatehouse.gateway.providers;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.OpenAIServiceException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.ReasoningEffort;
import com.openai.models.ResponseFormatJsonSchema;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionContentPart;
import com.openai.models.chat.completions.ChatCompletionContentPartImage;
import com.openai.models.chat.completions.ChatCompletionContentPartText;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.completions.CompletionUsage;

/** OpenAI's client for Java, on chat completions. */
final class OpenAiChatAsker implements Asker {
    private final OpenAIClient client;

    OpenAiChatAsker(URI base, String key) {
        client = OpenAIOkHttpClient.builder().apiKey(key).baseUrl(base + "/v1").maxRetries(0).build();
    }

    @Override
    public String name() {
        return "openai-java chat";
    }

    @Override
    public List<Heard> ask(Question question) {
        ChatCompletionCreateParams.Builder request = request(question);
        StringBuilder thoughts = new StringBuilder();
        ChatCompletion first = send(request, question.streamed(), thoughts);
        List<Heard> heard = new ArrayList<>(List.of(heard(first, thoughts.toString())));
        if (question.offersTools()) {
            request.addMessage(first.choices().getFirst().message());
            for (Heard.Call call : heard.getFirst().calls()) {
                request.addMessage(ChatCompletionToolMessageParam.builder().toolCallId(call.id())
                        .content(Question.result(heard.getFirst().calls().indexOf(call))).build());
            }
            heard.add(heard(send(request, question.streamed(), new StringBuilder()), ""));
        }
        return heard;
    }

    @Override
    public Refused refused(Question question) {
        try {
            send(request(question), question.streamed(), new StringBuilder());
            throw new AssertionError("was answered");
        } catch (OpenAIServiceException e) {
            return new Refused(e.statusCode(), e.type().orElse(""), String.valueOf(e.getMessage()));
        }
    }

    private static ChatCompletionCreateParams.Builder request(Question question) {
        ChatCompletionCreateParams.Builder request = ChatCompletionCreateParams.builder().model(question.model())
                .maxCompletionTokens(question.mostTokens());
        if (question.kind() == Question.Kind.SEE) {
            request.addUserMessageOfArrayOfContentParts(List.of(
                    ChatCompletionContentPart
                            .ofText(ChatCompletionContentPartText.builder().text(question.text()).build()),
                    ChatCompletionContentPart.ofImageUrl(ChatCompletionContentPartImage.builder()
                            .imageUrl(ChatCompletionContentPartImage.ImageUrl.builder()
                                    .url("data:image/png;base64," + Question.PICTURE).build())
                            .build())));
        } else {
            request.addUserMessage(question.text());
        }
        if (question.offersTools()) {
            Question.TOOLS.forEach(tool -> request.addFunctionTool(FunctionDefinition.builder().name(tool)
                    .parameters(FunctionParameters.builder().putAdditionalProperty("type", JsonValue.from("object"))
                            .putAdditionalProperty("properties", JsonValue.from(Question.ARGUMENTS)).build())
                    .build()));
        }
        if (question.kind() == Question.Kind.REASON) {
            request.reasoningEffort(ReasoningEffort.LOW);
        }
        if (question.kind() == Question.Kind.SCHEMA) {
            ResponseFormatJsonSchema.JsonSchema.Schema.Builder schema = ResponseFormatJsonSchema.JsonSchema.Schema
                    .builder();
            Question.SCHEMA.forEach((name, value) -> schema.putAdditionalProperty(name, JsonValue.from(value)));
            request.responseFormat(ResponseFormatJsonSchema.builder().jsonSchema(ResponseFormatJsonSchema.JsonSchema
                    .builder().name("forecast").strict(true).schema(schema.build()).build()).build());
        }
        if (question.streamed()) {
            request.streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build());
        }
        return request;
    }

    private ChatCompletion send(ChatCompletionCreateParams.Builder request, boolean streamed, StringBuilder thoughts) {
        if (!streamed) {
            ChatCompletion completion = client.chat().completions().create(request.build()).validate();
            thoughts(completion.choices().getFirst().message()._additionalProperties(), thoughts);
            return completion;
        }
        ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> chunks = client.chat().completions()
                .createStreaming(request.build())) {
            // Azure's first chunk, which tells of its content filter, is none that validate() would pass.
            chunks.stream().map(chunk -> chunk.choices().isEmpty() ? chunk : chunk.validate())
                    .peek(accumulator::accumulate)
                    .forEach(chunk -> chunk.choices().forEach(
                            choice -> thoughts(choice.delta()._additionalProperties(), thoughts)));
        }
        return accumulator.chatCompletion().validate();
    }

    /** vLLM's name for them, then everybody else's. */
    private static void thoughts(Map<String, JsonValue> fields, StringBuilder thoughts) {
        JsonValue shown = fields.getOrDefault("reasoning", fields.get("reasoning_content"));
        if (shown != null) {
            shown.asString().ifPresent(thoughts::append);
        }
    }

    private static Heard heard(ChatCompletion completion, String thoughts) {
        ChatCompletion.Choice choice = completion.choices().getFirst();
        List<Heard.Call> calls = choice.message().toolCalls().orElse(List.of()).stream()
                .map(call -> new Heard.Call(call.asFunction().id(), call.asFunction().function().name(),
                        call.asFunction().function().arguments()))
                .toList();
        CompletionUsage usage = completion.usage().orElseThrow();
        return new Heard(choice.message().content().orElse(""), thoughts, calls,
                switch (choice.finishReason().value()) {
                    case STOP -> Heard.Stop.END;
                    case LENGTH -> Heard.Stop.LENGTH;
                    case TOOL_CALLS -> Heard.Stop.TOOLS;
                    default -> Heard.Stop.OTHER;
                }, usage.promptTokens(), usage.completionTokens());
    }

    @Override
    public void close() {
        client.close();
    }
}
