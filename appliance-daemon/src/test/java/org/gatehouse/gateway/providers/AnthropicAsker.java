package org.gatehouse.gateway.providers;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.Base64ImageSource;
import com.anthropic.models.messages.ContentBlock;
import com.anthropic.models.messages.ContentBlockParam;
import com.anthropic.models.messages.ImageBlockParam;
import com.anthropic.models.messages.JsonOutputFormat;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.OutputConfig;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.TextBlockParam;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.ToolResultBlockParam;
import com.anthropic.models.messages.Usage;

/** Anthropic's client for Java. */
final class AnthropicAsker implements Asker {
    private static final long BUDGET = 2_000;
    private final AnthropicClient client;

    AnthropicAsker(URI base, String key) {
        client = AnthropicOkHttpClient.builder().apiKey(key).baseUrl(base.toString()).maxRetries(0).build();
    }

    @Override
    public String name() {
        return "anthropic-java";
    }

    @Override
    public List<Heard> ask(Question question) {
        MessageCreateParams.Builder request = request(question);
        Message first = send(request.build(), question.streamed());
        List<Heard> heard = new ArrayList<>(List.of(heard(first)));
        if (question.offersTools()) {
            List<ContentBlockParam> results = new ArrayList<>();
            for (Heard.Call call : heard.getFirst().calls()) {
                results.add(ContentBlockParam.ofToolResult(ToolResultBlockParam.builder().toolUseId(call.id())
                        .content(Question.result(results.size())).build()));
            }
            request.addMessage(first).addUserMessageOfContentBlockParams(results);
            heard.add(heard(send(request.build(), question.streamed())));
        }
        return heard;
    }

    @Override
    public Refused refused(Question question) {
        try {
            send(request(question).build(), question.streamed());
            throw new AssertionError("was answered");
        } catch (AnthropicServiceException e) {
            return new Refused(e.statusCode(), e.errorType().map(Object::toString).orElse(""),
                    String.valueOf(e.getMessage()));
        }
    }

    private static MessageCreateParams.Builder request(Question question) {
        MessageCreateParams.Builder request = MessageCreateParams.builder().model(question.model())
                .maxTokens(question.mostTokens());
        if (question.kind() == Question.Kind.SEE) {
            request.addUserMessageOfContentBlockParams(
                    List.of(ContentBlockParam.ofText(TextBlockParam.builder().text(question.text()).build()),
                            ContentBlockParam.ofImage(ImageBlockParam.builder()
                                    .source(Base64ImageSource.builder()
                                            .mediaType(Base64ImageSource.MediaType.IMAGE_PNG).data(Question.PICTURE)
                                            .build())
                                    .build())));
        } else {
            request.addUserMessage(question.text());
        }
        if (question.offersTools()) {
            Question.TOOLS.forEach(tool -> request.addTool(Tool.builder().name(tool).inputSchema(
                    Tool.InputSchema.builder().properties(JsonValue.from(Question.ARGUMENTS)).build()).build()));
        }
        if (question.kind() == Question.Kind.REASON) {
            request.enabledThinking(BUDGET);
        }
        if (question.kind() == Question.Kind.SCHEMA) {
            JsonOutputFormat.Schema.Builder schema = JsonOutputFormat.Schema.builder();
            Question.SCHEMA.forEach((name, value) -> schema.putAdditionalProperty(name, JsonValue.from(value)));
            request.outputConfig(OutputConfig.builder()
                    .format(JsonOutputFormat.builder().schema(schema.build()).build()).build());
        }
        return request;
    }

    private Message send(MessageCreateParams request, boolean streamed) {
        if (!streamed) {
            return client.messages().create(request).validate();
        }
        MessageAccumulator accumulator = MessageAccumulator.create();
        try (StreamResponse<RawMessageStreamEvent> events = client.messages().createStreaming(request)) {
            events.stream().map(RawMessageStreamEvent::validate).forEach(accumulator::accumulate);
        }
        return accumulator.message().validate();
    }

    private static Heard heard(Message message) {
        List<Heard.Call> calls = message.content().stream().filter(ContentBlock::isToolUse)
                .map(ContentBlock::asToolUse)
                .map(use -> new Heard.Call(use.id(), use.name(), use._input().toString())).toList();
        String text = message.content().stream().filter(ContentBlock::isText).map(block -> block.asText().text())
                .collect(Collectors.joining());
        String thoughts = message.content().stream().filter(ContentBlock::isThinking)
                .map(block -> block.asThinking().thinking()).collect(Collectors.joining());
        Usage usage = message.usage();
        return new Heard(text, thoughts, calls, switch (message.stopReason().orElseThrow().value()) {
            case END_TURN -> Heard.Stop.END;
            case MAX_TOKENS -> Heard.Stop.LENGTH;
            case TOOL_USE -> Heard.Stop.TOOLS;
            default -> Heard.Stop.OTHER;
        }, usage.inputTokens() + usage.cacheReadInputTokens().orElse(0L)
                + usage.cacheCreationInputTokens().orElse(0L), usage.outputTokens());
    }

    @Override
    public void close() {
        client.close();
    }
}
