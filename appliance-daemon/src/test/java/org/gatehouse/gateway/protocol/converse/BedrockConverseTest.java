package org.gatehouse.gateway.protocol.converse;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.Block.CacheMark;
import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.canonical.ChatReply;
import org.gatehouse.gateway.canonical.ChatReply.Choice;
import org.gatehouse.gateway.canonical.ChatReply.Stop;
import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.ChatRequest.Reasoning;
import org.gatehouse.gateway.canonical.ChatRequest.Reasoning.Effort;
import org.gatehouse.gateway.canonical.ChatRequest.Role;
import org.gatehouse.gateway.canonical.ChatRequest.Sampling;
import org.gatehouse.gateway.canonical.ChatRequest.Turn;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.canonical.Media;
import org.gatehouse.gateway.canonical.OutputFormat;
import org.gatehouse.gateway.canonical.ProviderError;
import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.canonical.StopReason;
import org.gatehouse.gateway.canonical.TokenCount;
import org.gatehouse.gateway.canonical.Tool;
import org.gatehouse.gateway.canonical.ToolChoice;
import org.gatehouse.gateway.protocol.BrokenAnswerException;
import org.gatehouse.gateway.protocol.EventReader;
import org.gatehouse.gateway.protocol.Terms;
import org.gatehouse.gateway.protocol.Terms.ReasoningStyle;
import org.gatehouse.gateway.protocol.UntranslatableException;
import org.gatehouse.gateway.protocol.json.JsonTrees;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class BedrockConverseTest {
    private static final BedrockConverse BEDROCK = new BedrockConverse();
    private static final Turn HI = new Turn(Role.USER, List.of(new Block.Text("hi")));
    private static final Tool F = new Tool.Function("f", null, null, null, null);

    private final Losses losses = new Losses();

    @Test
    void aConversationWithToolsPicturesThoughtsAndCacheMarksIsWritten() throws UntranslatableException {
        JsonNode body = write(new ChatRequest(List.of(new Block.Text("s", CacheMark.FIVE_MINUTES)), List.of(
                new Turn(Role.USER, List.of(new Block.Text("  "), new Block.Image(
                        new Media.Inline("image/png", "QQ=="), null, CacheMark.ONE_HOUR))),
                new Turn(Role.ASSISTANT, List.of(new Block.Thinking("hm", "sig"), new Block.Thinking("no", null),
                        call("1"), call("2"))),
                new Turn(Role.USER, List.of(new Block.Text("and"), result("2", false))),
                new Turn(Role.USER, List.of(result("1", true)))), List.of(F), ToolChoice.REQUIRED, null, 50L,
                new Sampling(1.5, 0.5, 7, null, null, 3L), List.of("x"), null, OutputFormat.TEXT, 1, true, null,
                Map.of()), ReasoningStyle.NONE);
        assertThat(body).hasToString(
                """
                        {"system":[{"text":"s"},{"cachePoint":{"type":"default"}}],"messages":[{"role":"user","content":\
                        [{"image":{"format":"png","source":{"bytes":"QQ=="}}},{"cachePoint":{"type":"default","ttl":"1h"}}]},\
                        {"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"hm","signature":"sig"}}},\
                        {"toolUse":{"toolUseId":"1","name":"f","input":{}}},{"toolUse":{"toolUseId":"2","name":"f","input":{}}}]},\
                        {"role":"user","content":[{"toolResult":{"toolUseId":"2","content":[{"text":"r"}]}},\
                        {"toolResult":{"toolUseId":"1","content":[{"text":"r"}],"status":"error"}},{"text":"and"}]}],\
                        "toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{"type":"object"}}}}],\
                        "toolChoice":{"any":{}}},"inferenceConfig":{"maxTokens":50,"temperature":1.0,"topP":0.5,\
                        "stopSequences":["x"]},"additionalModelRequestFields":{"top_k":7}}""");
        assertThat(losses.told()).contains("temperature lowered to 1.0", "seed dropped: not known to this provider");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", quoteCharacter = '~', value = {
            "BUDGET|HIGH|-|5000|{\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":4999}}",
            "BUDGET|-|10|5000|{\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024}}",
            "BUDGET|LOW|-|1000|-", "BUDGET|NONE|-|5000|-", "NONE|HIGH|-|-|-",
            "EFFORT|MEDIUM|-|-|{\"thinking\":{\"type\":\"adaptive\"},\"output_config\":{\"effort\":\"medium\"}}"})
    void reasoningIsAnAdditionalField(ReasoningStyle style, @Nullable Effort effort, @Nullable Long budget,
            @Nullable Long cap, @Nullable String expected) throws UntranslatableException {
        JsonNode body = write(new ChatRequest(List.of(), List.of(HI), List.of(), null, null, cap, Sampling.DEFAULT,
                List.of(), new Reasoning(effort, budget, null), OutputFormat.TEXT, 1, true, null, Map.of()), style);
        JsonNode fields = body.path("additionalModelRequestFields");
        assertThat(fields.isMissingNode() ? null : fields.toString()).isEqualTo(expected);
    }

    @Test
    void aConversationWithCallsButNoToolsIsGivenTheirNames() throws UntranslatableException {
        JsonNode body = write(chat(HI, new Turn(Role.ASSISTANT, List.of(call("1"))),
                new Turn(Role.USER, List.of(result("1", false)))), ReasoningStyle.NONE);
        assertThat(body.at("/toolConfig/tools/0/toolSpec/name").asText()).isEqualTo("f");
    }

    @Test
    void whatBedrockCannotSayIsRefused() {
        assertThatThrownBy(() -> write(chat(HI, new Turn(Role.ASSISTANT, List.of(call("1"))), HI),
                ReasoningStyle.NONE)).isInstanceOf(UntranslatableException.class).hasMessageContaining("no result");
        assertThatThrownBy(() -> write(chat(new Turn(Role.USER, List.of(result("9", false)))), ReasoningStyle.NONE))
                .hasMessageContaining("answers no call");
        assertThatThrownBy(() -> write(chat(new Turn(Role.USER, List.of(new Block.Image(
                new Media.Remote("https://example.com/a.png"), null, null)))), ReasoningStyle.NONE))
                .hasMessageContaining("fetches no pictures");
    }

    @Test
    void aWholeAnswerIsReadWithItsCachedTokensInTheInput() throws BrokenAnswerException {
        assertThat(BEDROCK.readReply(bytes("""
                {"output":{"message":{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"hm",
                "signature":"s+/="}}},{"reasoningContent":{"redactedContent":"QQ=="}},{"text":"a"},{"toolUse":
                {"toolUseId":"t","name":"f","input":{"x":1}}}]}},"stopReason":"tool_use","usage":{"inputTokens":40,
                "outputTokens":9,"totalTokens":109,"cacheReadInputTokens":50,"cacheWriteInputTokens":10,
                "cacheDetails":[{"ttl":"1h","inputTokens":4},{"ttl":"5m","inputTokens":6}]}}"""))).isEqualTo(
                new ChatReply("", "", List.of(new Choice(List.of(new Block.Thinking("hm", "s+/="),
                        new Block.RedactedThinking("QQ=="), new Block.Text("a"),
                        new Block.ToolCall("t", "f", "{\"x\":1}", null, null)),
                        new Stop(StopReason.TOOL_CALLS, null, "tool_use"))), new TokenCount(100, 50, 10, 4, 9, 0)));
        assertThatThrownBy(() -> BEDROCK.readReply(bytes("{}"))).isInstanceOf(BrokenAnswerException.class);
    }

    @ParameterizedTest
    @CsvSource({"end_turn,END", "tool_use,TOOL_CALLS", "max_tokens,LENGTH", "stop_sequence,STOP_SEQUENCE",
            "guardrail_intervened,CONTENT_FILTER", "content_filtered,CONTENT_FILTER",
            "model_context_window_exceeded,CONTEXT_FULL", "malformed_tool_use,MALFORMED_TOOL_CALL", "new,OTHER"})
    void stopReasonsAreMappedAndKept(String own, StopReason meaning) {
        assertThat(ConverseReplyReader.stop(own)).isEqualTo(new Stop(meaning, null, own));
    }

    @Test
    void aStreamIsReadToItsEnd() throws BrokenAnswerException {
        assertThat(stream("messageStart", "{\"role\":\"assistant\"}", "contentBlockDelta",
                "{\"contentBlockIndex\":0,\"delta\":{\"reasoningContent\":{\"text\":\"hm\"}}}", "contentBlockDelta",
                "{\"contentBlockIndex\":0,\"delta\":{\"reasoningContent\":{\"signature\":\"s\"}}}", "contentBlockDelta",
                "{\"contentBlockIndex\":1,\"delta\":{\"text\":\"a\"}}", "contentBlockStart",
                "{\"contentBlockIndex\":2,\"start\":{\"toolUse\":{\"toolUseId\":\"t\",\"name\":\"f\"}}}",
                "contentBlockDelta", "{\"contentBlockIndex\":2,\"delta\":{\"toolUse\":{\"input\":\"{}\"}}}",
                "contentBlockStop", "{\"contentBlockIndex\":2}", "contentBlockStart",
                "{\"contentBlockIndex\":3,\"start\":{\"toolUse\":{\"toolUseId\":\"u\",\"name\":\"g\"}}}",
                "contentBlockStop", "{\"contentBlockIndex\":3}", "messageStop", "{\"stopReason\":\"tool_use\"}",
                "metadata", "{\"usage\":{\"inputTokens\":3,\"outputTokens\":4}}")).containsExactly(
                        new ChatEvent.Begun("", ""), new ChatEvent.Thought(0, "hm"),
                        new ChatEvent.ThoughtSignature(0, "s"),
                        new ChatEvent.Text(0, "a"), new ChatEvent.ToolCallBegun(0, 0, "t", "f", null),
                        new ChatEvent.ToolArguments(0, 0, "{}"), new ChatEvent.ToolCallBegun(0, 1, "u", "g", null),
                        new ChatEvent.ToolArguments(0, 1, "{}"),
                        new ChatEvent.Stopped(0, new Stop(StopReason.TOOL_CALLS, null, "tool_use")),
                        new ChatEvent.Used(new TokenCount(3, 0, 0, 0, 4, 0), true), new ChatEvent.Ended());
    }

    @Test
    void aStreamWithoutMetadataIsWholeAndOneWithoutMessageStopIsCut() throws BrokenAnswerException {
        assertThat(stream("messageStart", "{}", "messageStop", "{\"stopReason\":\"end_turn\"}").getLast())
                .isEqualTo(new ChatEvent.Ended());
        assertThat(stream("messageStart", "{}", "contentBlockDelta", "{\"delta\":{\"text\":\"a\"}}").getLast())
                .isEqualTo(new ChatEvent.Text(0, "a"));
    }

    @ParameterizedTest
    @CsvSource({"throttlingException,RATE_LIMITED,429", "modelStreamErrorException,SERVER_ERROR,424",
            "internalServerException,SERVER_ERROR,500", "serviceUnavailableException,OVERLOADED,503",
            "validationException,INVALID_REQUEST,400", "InternalError,SERVER_ERROR,500"})
    void anExceptionInsideAStreamEndsIt(String type, Cause cause, int status) throws BrokenAnswerException {
        assertThat(stream(type, "{\"message\":\"m\"}", "messageStart", "{}")).containsExactly(new ChatEvent.Failed(
                new ProviderError(cause, status, "m", type, null, null)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"429|ThrottlingException:http://x|Too many requests|RATE_LIMITED",
            "408|ModelTimeoutException|slow|TIMEOUT", "400|ServiceQuotaExceededException|q|RATE_LIMITED",
            "400|ValidationException|Input is too long for requested model.|CONTEXT_TOO_LONG",
            "400|ValidationException|The provided model identifier is invalid.|NOT_FOUND",
            "400|ValidationException|bad|INVALID_REQUEST", "403|AccessDeniedException|no access|PERMISSION",
            "403|AccessDeniedException|INVALID_PAYMENT_INSTRUMENT: a payment method is needed|OUT_OF_MONEY",
            "403|ExpiredTokenException|expired|AUTHENTICATION",
            "403|com.amazon.coral#UnrecognizedClientException|no|AUTHENTICATION",
            "404|ResourceNotFoundException|no|NOT_FOUND", "424|ModelErrorException|e|SERVER_ERROR",
            "429|ModelNotReadyException|wait|OVERLOADED", "503|ServiceUnavailableException|busy|OVERLOADED",
            "500|InternalServerException|e|SERVER_ERROR"})
    void errorsAreToldByTheirType(int status, String type, String message, Cause cause) {
        ProviderError error = BEDROCK.readError(status, Map.of("x-amzn-errortype", type),
                bytes("{\"message\":\"" + message + "\"}"));
        assertThat(error.cause()).isEqualTo(cause);
        assertThat(error.message()).isEqualTo(message);
        assertThat(Objects.requireNonNull(error.code())).matches("[A-Za-z]+");
    }

    @Test
    void aDaysTokensAreNotAskedForEachMinuteAndWaitsMayBeDates() {
        assertThat(BEDROCK.readError(429, Map.of("x-amzn-errortype", "ThrottlingException"),
                bytes("{\"message\":\"Too many tokens per day\"}")).retryAfter()).isEqualTo(Duration.ofHours(1));
        assertThat(BEDROCK.readError(503, Map.of("retry-after", "Wed, 21 Oct 2026 07:28:30 GMT", "date",
                "Wed, 21 Oct 2026 07:28:00 GMT"), bytes("<html>")).retryAfter()).isEqualTo(Duration.ofSeconds(30));
    }

    private JsonNode write(ChatRequest request, ReasoningStyle style) throws UntranslatableException {
        return Objects.requireNonNull(JsonTrees.readObject(BEDROCK.writeRequest(request, new Terms(
                "anthropic.claude-x", null, 4_000, style, 1, true, true), losses)));
    }

    private static ChatRequest chat(Turn... turns) {
        return new ChatRequest(List.of(), List.of(turns), List.of(), null, null, null, Sampling.DEFAULT, List.of(),
                null, OutputFormat.TEXT, 1, false, null, Map.of());
    }

    private static Block call(String id) {
        return new Block.ToolCall(id, "f", "{}", null, null);
    }

    private static Block result(String id, boolean failed) {
        return new Block.ToolResult(id, List.of(new Block.Text("r")), failed, null);
    }

    private static List<ChatEvent> stream(String... typesAndData) throws BrokenAnswerException {
        EventReader reader = BEDROCK.events();
        EventStreamSplitter splitter = new EventStreamSplitter();
        List<ChatEvent> events = new ArrayList<>();
        for (int i = 0; i < typesAndData.length; i += 2) {
            byte[] frame = Frames.event(typesAndData[i], typesAndData[i + 1]);
            splitter.feed(frame, 0, frame.length);
            EventStreamSplitter.Message message = Objects.requireNonNull(splitter.next());
            reader.read(message.type(), message.data(), 0, message.data().length, events::add);
        }
        reader.end(events::add);
        return events;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
