package org.gatehouse.gateway.providers;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonMissing;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.OpenAIServiceException;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.Reasoning;
import com.openai.models.ReasoningEffort;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseFormatTextJsonSchemaConfig;
import com.openai.models.responses.ResponseIncludable;
import com.openai.models.responses.ResponseInputImage;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseOutputItem;
import com.openai.models.responses.ResponseReasoningItem;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import com.openai.models.responses.ResponseTextConfig;
import com.openai.models.responses.ResponseUsage;

/** OpenAI's client for Java, on responses; its conversations are kept by the client. */
final class ResponsesAsker implements Asker {
    private final OpenAIClient client;

    ResponsesAsker(URI base, String key) {
        client = OpenAIOkHttpClient.builder().apiKey(key).baseUrl(base + "/v1").maxRetries(0).build();
    }

    @Override
    public String name() {
        return "openai-java responses";
    }

    @Override
    public List<Heard> ask(Question question) {
        List<ResponseInputItem> input = new ArrayList<>(List.of(said(question)));
        Response first = send(request(question, input), question.streamed());
        List<Heard> heard = new ArrayList<>(List.of(heard(first)));
        if (question.offersTools()) {
            first.output().forEach(item -> input.add(again(item)));
            for (Heard.Call call : heard.getFirst().calls()) {
                input.add(ResponseInputItem.ofFunctionCallOutput(ResponseInputItem.FunctionCallOutput.builder()
                        .callId(call.id()).output(Question.result(heard.getFirst().calls().indexOf(call))).build()));
            }
            heard.add(heard(send(request(question, input), question.streamed())));
        }
        return heard;
    }

    @Override
    public Refused refused(Question question) {
        try {
            send(request(question, List.of(said(question))), question.streamed());
            throw new AssertionError("was answered");
        } catch (OpenAIServiceException e) {
            return new Refused(e.statusCode(), e.type().orElse(""), String.valueOf(e.getMessage()));
        }
    }

    private static ResponseInputItem again(ResponseOutputItem item) {
        return item.isReasoning()
                ? ResponseInputItem.ofReasoning(item.asReasoning())
                : item.isFunctionCall()
                        ? ResponseInputItem.ofFunctionCall(item.asFunctionCall())
                        : ResponseInputItem.ofResponseOutputMessage(item.asMessage());
    }

    private static ResponseInputItem said(Question question) {
        ResponseInputItem.Message.Builder message = ResponseInputItem.Message.builder()
                .role(ResponseInputItem.Message.Role.USER).addInputTextContent(question.text());
        if (question.kind() == Question.Kind.SEE) {
            message.addContent(ResponseInputImage.builder().detail(ResponseInputImage.Detail.AUTO)
                    .imageUrl("data:image/png;base64," + Question.PICTURE).build());
        }
        return ResponseInputItem.ofMessage(message.build());
    }

    private static ResponseCreateParams request(Question question, List<ResponseInputItem> input) {
        ResponseCreateParams.Builder request = ResponseCreateParams.builder().model(question.model())
                .maxOutputTokens(question.mostTokens()).store(false).inputOfResponse(input);
        if (question.offersTools()) {
            FunctionTool.Parameters parameters = FunctionTool.Parameters.builder()
                    .putAdditionalProperty("type", JsonValue.from("object"))
                    .putAdditionalProperty("properties", JsonValue.from(Question.ARGUMENTS)).build();
            Question.TOOLS.forEach(tool -> request
                    .addTool(FunctionTool.builder().name(tool).strict(false).parameters(parameters).build()));
        }
        if (question.kind() == Question.Kind.REASON) {
            request.reasoning(Reasoning.builder().effort(ReasoningEffort.LOW).summary(Reasoning.Summary.AUTO).build())
                    .addInclude(ResponseIncludable.REASONING_ENCRYPTED_CONTENT);
        }
        if (question.kind() == Question.Kind.SCHEMA) {
            ResponseFormatTextJsonSchemaConfig.Schema.Builder schema = ResponseFormatTextJsonSchemaConfig.Schema
                    .builder();
            Question.SCHEMA.forEach((name, value) -> schema.putAdditionalProperty(name, JsonValue.from(value)));
            request.text(ResponseTextConfig.builder().format(ResponseFormatTextJsonSchemaConfig.builder()
                    .name("forecast").strict(true).schema(schema.build()).build()).build());
        }
        return request.build();
    }

    private Response send(ResponseCreateParams request, boolean streamed) {
        if (!streamed) {
            return valid(client.responses().create(request));
        }
        ResponseAccumulator accumulator = ResponseAccumulator.create();
        try (StreamResponse<ResponseStreamEvent> events = client.responses().createStreaming(request)) {
            events.stream().forEach(event -> {
                if (event.isOutputTextDelta() || event.isFunctionCallArgumentsDelta() || event.isOutputItemDone()) {
                    event.validate();
                }
                accumulator.accumulate(event);
            });
        }
        return valid(accumulator.response());
    }

    /** vLLM's usage does not have the newest field that the client knows. */
    private static Response valid(Response response) {
        boolean older = response.usage().filter(usage -> usage.inputTokensDetails()._cacheWriteTokens().isMissing())
                .isPresent();
        (older ? response.toBuilder().usage(JsonMissing.of()).build() : response).validate();
        return response;
    }

    private static Heard heard(Response response) {
        List<ResponseOutputItem> output = response.output();
        List<Heard.Call> calls = output.stream().filter(ResponseOutputItem::isFunctionCall)
                .map(ResponseOutputItem::asFunctionCall)
                .map(call -> new Heard.Call(call.callId(), call.name(), call.arguments())).toList();
        String text = output.stream().filter(ResponseOutputItem::isMessage)
                .flatMap(item -> item.asMessage().content().stream()).map(part -> part.asOutputText().text())
                .collect(Collectors.joining());
        String thoughts = output.stream().filter(ResponseOutputItem::isReasoning).map(ResponseOutputItem::asReasoning)
                .map(ResponsesAsker::thoughts).collect(Collectors.joining());
        ResponseUsage usage = response.usage().orElseThrow();
        ResponseStatus status = response.status().orElseThrow();
        return new Heard(text, thoughts, calls,
                status.equals(ResponseStatus.INCOMPLETE)
                        ? Heard.Stop.LENGTH
                        : !status.equals(ResponseStatus.COMPLETED)
                                ? Heard.Stop.OTHER
                                : calls.isEmpty() ? Heard.Stop.END : Heard.Stop.TOOLS,
                usage.inputTokens(), usage.outputTokens());
    }

    private static String thoughts(ResponseReasoningItem item) {
        return item.summary().stream().map(ResponseReasoningItem.Summary::text).collect(Collectors.joining())
                + item.content().orElse(List.of()).stream().map(ResponseReasoningItem.Content::text)
                        .collect(Collectors.joining());
    }

    @Override
    public void close() {
        client.close();
    }
}
