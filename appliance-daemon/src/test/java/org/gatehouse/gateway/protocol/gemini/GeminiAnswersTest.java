package org.gatehouse.gateway.protocol.gemini;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.canonical.ChatReply;
import org.gatehouse.gateway.canonical.ChatReply.Choice;
import org.gatehouse.gateway.canonical.ChatReply.Stop;
import org.gatehouse.gateway.canonical.ProviderError;
import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.canonical.StopReason;
import org.gatehouse.gateway.canonical.TokenCount;
import org.gatehouse.gateway.protocol.BrokenAnswerException;
import org.gatehouse.gateway.protocol.EventReader;
import org.gatehouse.gateway.protocol.EventWriter;
import org.gatehouse.gateway.protocol.Presentation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Answers and errors of Google's, whole and streamed, read and written. */
class GeminiAnswersTest {
    private static final UUID ID = UUID.fromString("01890000-0000-7000-8000-000000000001");
    private static final String CALL_ID = "call_01890000000070008000000000000001";
    private static final GeminiGenerate GEMINI = new GeminiGenerate(() -> ID);
    private static final Presentation SHOWN = new Presentation("made", "public", Instant.EPOCH, true, 0);

    @Test
    void aWholeAnswerIsRead() throws BrokenAnswerException {
        ChatReply reply = GEMINI.readReply(bytes("""
                {"candidates":[{"content":{"role":"model","parts":[{"text":"h","thought":true},{"text":"m","thought":
                true,"thoughtSignature":"Uw=="},{"text":"a"},{"text":"b","thoughtSignature":"QQ=="},{"functionCall":
                {"name":"f","args":{"x":1.0}},"thoughtSignature":"Ug=="},{"functionCall":{"id":"own","name":"g"}}]},
                "finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":100,"cachedContentTokenCount":60,
                "candidatesTokenCount":7,"thoughtsTokenCount":5,"toolUsePromptTokenCount":3,"totalTokenCount":115},
                "modelVersion":"gemini-3","responseId":"r"}"""));
        assertThat(reply).isEqualTo(new ChatReply("r", "gemini-3", List.of(new Choice(List.of(
                new Block.Thinking("hm", "Uw=="), new Block.Text("ab"), new Block.Thinking("", "QQ=="),
                new Block.ToolCall(CALL_ID, "f", "{\"x\":1.0}", "Ug==", null),
                new Block.ToolCall("own", "g", "{}", null, null)),
                new Stop(StopReason.TOOL_CALLS, null, "STOP"))), new TokenCount(103, 60, 0, 0, 12, 5)));
    }

    @ParameterizedTest
    @CsvSource({"STOP,END", "MAX_TOKENS,LENGTH", "SAFETY,CONTENT_FILTER", "BLOCKLIST,CONTENT_FILTER",
            "PROHIBITED_CONTENT,CONTENT_FILTER", "SPII,CONTENT_FILTER", "RECITATION,CONTENT_FILTER",
            "MALFORMED_FUNCTION_CALL,MALFORMED_TOOL_CALL", "UNEXPECTED_TOOL_CALL,MALFORMED_TOOL_CALL",
            "LANGUAGE,OTHER", "OTHER,OTHER", "SOMETHING_NEW,OTHER"})
    void finishReasonsAreMappedAndKept(String own, StopReason meaning) throws BrokenAnswerException {
        ChatReply reply = GEMINI.readReply(bytes("{\"candidates\":[{\"finishReason\":\"" + own + "\"}]}"));
        assertThat(reply.choices().getFirst().stop()).isEqualTo(new Stop(meaning, null, own));
        JsonNode written = StrictGemini.answer(text(GEMINI.writeReply(reply, SHOWN)), true);
        assertThat(written.at("/candidates/0/finishReason").asText()).isEqualTo(
                own.equals("SOMETHING_NEW") ? "OTHER" : own);
    }

    @ParameterizedTest
    @CsvSource({"END,STOP", "STOP_SEQUENCE,STOP", "LENGTH,MAX_TOKENS", "CONTEXT_FULL,MAX_TOKENS", "TOOL_CALLS,STOP",
            "CONTENT_FILTER,SAFETY", "PAUSE,STOP", "MALFORMED_TOOL_CALL,MALFORMED_FUNCTION_CALL", "OTHER,OTHER"})
    void stopReasonsOfOthersAreWritten(StopReason reason, String own) {
        assertThat(FinishReasons.write(new Stop(reason, null, "end_turn"))).isEqualTo(own);
    }

    @Test
    void aBlockedPromptIsAnAnswerThatTheFilterStopped() throws BrokenAnswerException {
        String blocked = "{\"promptFeedback\":{\"blockReason\":\"PROHIBITED_CONTENT\"},\"usageMetadata\":"
                + "{\"promptTokenCount\":9,\"totalTokenCount\":9}}";
        Stop stop = new Stop(StopReason.CONTENT_FILTER, null, "PROHIBITED_CONTENT");
        assertThat(GEMINI.readReply(bytes(blocked))).isEqualTo(new ChatReply("", "",
                List.of(new Choice(List.of(), stop)), new TokenCount(9, 0, 0, 0, 0, 0)));
        assertThat(events(blocked)).containsExactly(new ChatEvent.Begun("", ""), new ChatEvent.Stopped(0, stop),
                new ChatEvent.Used(new TokenCount(9, 0, 0, 0, 0, 0), true), new ChatEvent.Ended());
    }

    @Test
    void whatIsNoAnswerIsRefused() {
        for (String body : List.of("", "<html>", "[]", "{}", "{\"candidates\":[]}", "{\"error\":{\"code\":500}}",
                "{\"candidates\":[{\"content\":{\"parts\":[{\"functionCall\":{}}]}}]}")) {
            assertThatThrownBy(() -> GEMINI.readReply(bytes(body))).as(body).isInstanceOf(BrokenAnswerException.class);
        }
    }

    @Test
    void aWholeAnswerIsWritten() {
        ChatReply reply = new ChatReply("", "inner", List.of(new Choice(List.of(new Block.Thinking("hm", "Uw=="),
                new Block.Text("so"), new Block.Thinking("", "QQ=="), new Block.ToolCall("c1", "f", "{broken", "Ug==",
                        null)),
                Stop.of(StopReason.TOOL_CALLS))), new TokenCount(100, 60, 0, 0, 12, 5));
        String json = text(GEMINI.writeReply(reply, SHOWN));
        StrictGemini.answer(json, true);
        assertThat(json).isEqualTo("""
                {"candidates":[{"content":{"parts":[{"text":"hm","thought":true,"thoughtSignature":"Uw=="},\
                {"text":"so","thoughtSignature":"QQ=="},{"functionCall":{"id":"c1","name":"f","args":{}},\
                "thoughtSignature":"Ug=="}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":\
                {"promptTokenCount":100,"candidatesTokenCount":7,"totalTokenCount":112,"thoughtsTokenCount":5,\
                "cachedContentTokenCount":60},"modelVersion":"public","responseId":"made"}""");
    }

    @Test
    void aStreamIsRead() throws BrokenAnswerException {
        assertThat(events(
                """
                        {"candidates":[{"content":{"parts":[{"text":"hm","thought":true}]}}],"responseId":"r","modelVersion":"m",
                        "usageMetadata":{"promptTokenCount":10}}""",
                """
                        {"candidates":[{"content":{"parts":[{"text":"Hé"},{"text":"","thoughtSignature":"QQ=="}]}}]}""",
                """
                        {"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"a":[1]}},
                        "thoughtSignature":"Ug=="},{"functionCall":{"name":"f"}}]}}]}""", """
                        {"candidates":[{"content":{"parts":[{"text":""}]},"finishReason":"STOP"}],"usageMetadata":
                        {"promptTokenCount":10,"candidatesTokenCount":4,"thoughtsTokenCount":2}}""")).containsExactly(
                        new ChatEvent.Begun("r", "m"), new ChatEvent.Thought(0, "hm"),
                        new ChatEvent.Used(new TokenCount(10, 0, 0, 0, 0, 0), false), new ChatEvent.Text(0, "Hé"),
                        new ChatEvent.ThoughtSignature(0, "QQ=="),
                        new ChatEvent.ToolCallBegun(0, 0, CALL_ID, "f", "Ug=="), new ChatEvent.ToolArguments(0, 0,
                                "{\"a\":[1]}"),
                        new ChatEvent.ToolCallBegun(0, 1, CALL_ID, "f", null), new ChatEvent.ToolArguments(0, 1, "{}"),
                        new ChatEvent.Stopped(0, new Stop(StopReason.TOOL_CALLS, null, "STOP")),
                        new ChatEvent.Used(new TokenCount(10, 0, 0, 0, 6, 2), true), new ChatEvent.Ended());
    }

    @Test
    void aStreamCutBeforeItsFinishReasonIsNotWhole() throws BrokenAnswerException {
        assertThat(events("{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]}}]}"))
                .doesNotHaveAnyElementsOfTypes(ChatEvent.Ended.class, ChatEvent.Stopped.class);
        assertThat(events()).isEmpty();
        assertThat(events("{\"candidates\":[{\"index\":0,\"finishReason\":\"STOP\"},{\"index\":1}]}"))
                .doesNotHaveAnyElementsOfTypes(ChatEvent.Ended.class);
    }

    @Test
    void anErrorInsideAStreamEndsIt() throws BrokenAnswerException {
        List<ChatEvent> events = events("{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]}}]}",
                "[{\"error\":{\"code\":503,\"message\":\"overloaded\",\"status\":\"UNAVAILABLE\"}}]",
                "{\"candidates\":[{\"finishReason\":\"STOP\"}]}");
        assertThat(events.getLast()).isEqualTo(new ChatEvent.Failed(
                new ProviderError(Cause.OVERLOADED, 503, "overloaded", "UNAVAILABLE", null, null)));
    }

    @Test
    void brokenEventsAreRefused() {
        for (String data : List.of("{", "3", "[DONE]", "{\"candidates\":[3]} x",
                "{\"candidates\":[{\"index\":-1}]}", "{\"candidates\":[{\"index\":99999999}]}",
                "{\"candidates\":[{\"content\":{\"parts\":[3]}}]}")) {
            assertThatThrownBy(() -> events(data)).as(data).isInstanceOf(BrokenAnswerException.class);
        }
    }

    @Test
    void writtenStreamsFollowTheGrammarAndReadBackTheSame() throws BrokenAnswerException {
        for (int seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            List<ChatEvent> given = randomStream(random);
            EventWriter writer = GEMINI.events(SHOWN);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            given.forEach(event -> writer.write(event, out));
            List<String> answers = data(text(out.toByteArray()));

            EventReader reader = GEMINI.events();
            List<ChatEvent> read = new ArrayList<>();
            for (int i = 0; i < answers.size(); i++) {
                StrictGemini.answer(answers.get(i), i == answers.size() - 1);
                byte[] data = bytes(answers.get(i));
                reader.read(null, data, 0, data.length, read::add);
            }
            reader.end(read::add);
            assertThat(told(read)).as("seed " + seed).isEqualTo(told(given));
            assertThat(read.getLast()).isInstanceOf(ChatEvent.Ended.class);
        }
    }

    @Test
    void aFailedStreamEndsWithGooglesError() {
        EventWriter writer = GEMINI.events(SHOWN);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        writer.write(new ChatEvent.Text(0, "a"), out);
        writer.write(new ChatEvent.Failed(ProviderError.of(Cause.OVERLOADED, 529, "busy")), out);
        writer.write(new ChatEvent.Ended(), out);
        List<String> answers = data(text(out.toByteArray()));
        assertThat(answers).hasSize(2);
        assertThat(answers.getLast()).isEqualTo(
                "{\"error\":{\"code\":503,\"message\":\"busy\",\"status\":\"UNAVAILABLE\"}}");
    }

    @Test
    void heartbeatsAreNotWritten() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        GEMINI.events(SHOWN).write(new ChatEvent.Ping(), out);
        assertThat(out.size()).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', nullValues = "-", value = {
            "400|INVALID_ARGUMENT|API key not valid. Please pass a valid API key.|-|AUTHENTICATION",
            "400|INVALID_ARGUMENT|no|{\"@type\":\"x/google.rpc.ErrorInfo\",\"reason\":\"API_KEY_INVALID\"}|AUTHENTICATION",
            "400|INVALID_ARGUMENT|The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).|-|CONTEXT_TOO_LONG",
            "400|INVALID_ARGUMENT|Unknown name|-|INVALID_REQUEST",
            "400|FAILED_PRECONDITION|User location is not supported for the API use.|-|PERMISSION",
            "400|FAILED_PRECONDITION|Please enable billing on project|-|OUT_OF_MONEY",
            "401|UNAUTHENTICATED|no|-|AUTHENTICATION", "402|-|pay|-|OUT_OF_MONEY",
            "403|PERMISSION_DENIED|no|-|PERMISSION",
            "403|PERMISSION_DENIED|no|{\"@type\":\"x/google.rpc.ErrorInfo\",\"reason\":\"BILLING_DISABLED\"}|OUT_OF_MONEY",
            "404|NOT_FOUND|no model|-|NOT_FOUND", "413|-|large|-|TOO_LARGE",
            "429|RESOURCE_EXHAUSTED|You exceeded your current quota, please check your plan and billing details.|-|RATE_LIMITED",
            "429|RESOURCE_EXHAUSTED|Your project has exceeded its monthly spending cap.|-|OUT_OF_MONEY",
            "429|RESOURCE_EXHAUSTED|Your prepayment credits are depleted.|-|OUT_OF_MONEY",
            "429|RESOURCE_EXHAUSTED|q|{\"@type\":\"x/google.rpc.QuotaFailure\",\"violations\":[{\"quotaValue\":\"0\"}]}|OUT_OF_MONEY",
            "500|INTERNAL|oops|-|SERVER_ERROR", "503|UNAVAILABLE|The model is overloaded.|-|OVERLOADED",
            "504|DEADLINE_EXCEEDED|slow|-|TIMEOUT"})
    void errorsAreToldByTheirCause(int status, String name, String message, String detail, Cause cause) {
        String error = "{\"error\":{\"code\":" + status + ",\"message\":\"" + message + "\",\"status\":\""
                + (name == null ? "" : name) + "\",\"details\":[" + (detail == null ? "" : detail) + "]}}";
        for (String body : List.of(error, "[" + error + "]")) {
            ProviderError read = GEMINI.readError(status, Map.of(), bytes(body));
            assertThat(read.cause()).isEqualTo(cause);
            assertThat(read.message()).isEqualTo(message);
        }
    }

    @Test
    void theWaitIsTheLongestThatIsSaidAndADaysQuotaIsNotAskedForEachMinute() {
        String error = """
                {"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"q","details":[
                {"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"QUOTA"}]},
                {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"17.2s"}]}}""";
        assertThat(GEMINI.readError(429, Map.of(), bytes(error)).retryAfter()).isEqualTo(Duration.ofMillis(17_200));
        assertThat(GEMINI.readError(429, Map.of("retry-after", "30"), bytes(error)).retryAfter())
                .isEqualTo(Duration.ofSeconds(30));
        assertThat(GEMINI.readError(429, Map.of(), bytes(error.replace("QUOTA", "GenerateRequestsPerDayPerProject")))
                .retryAfter()).isEqualTo(Duration.ofHours(1));
    }

    @Test
    void errorsThatCannotBeReadAreToldByTheirStatusAndKeysAreNotRepeated() {
        assertThat(GEMINI.readError(502, Map.of(), bytes("<html>"))).isEqualTo(
                ProviderError.of(Cause.SERVER_ERROR, 502, "status 502"));
        assertThat(GEMINI.readError(400, Map.of(), bytes("{\"error\":{\"message\":\"bad AIza" + "x".repeat(35)
                + "\"}}")).message()).isEqualTo("bad (key)");
    }

    /** What a stream says, however it is cut. Calls stand at the end: they are written when they are whole. */
    private static String told(List<ChatEvent> events) {
        StringBuilder said = new StringBuilder();
        StringBuilder calls = new StringBuilder();
        StringBuilder end = new StringBuilder();
        for (ChatEvent event : events) {
            switch (event) {
                case ChatEvent.Text text -> said.append('T').append(text.text());
                case ChatEvent.Thought thought -> said.append('H').append(thought.text());
                case ChatEvent.ThoughtSignature seal -> said.append('S').append(seal.signature());
                case ChatEvent.ToolCallBegun call -> calls.append('C').append(call.name()).append(call.signature());
                case ChatEvent.ToolArguments more -> calls.append(more.json());
                case ChatEvent.Stopped stop -> end.append(stop.choice()).append(stop.stop().reason());
                case ChatEvent.Used used -> end.append(used.whole() ? used.usage() : "");
                default -> {
                }
            }
        }
        return said + "|" + calls + "|" + end;
    }

    private static List<ChatEvent> randomStream(Random random) {
        List<ChatEvent> events = new ArrayList<>(List.of(new ChatEvent.Begun("id", "m")));
        for (int i = random.nextInt(4); i > 0; i--) {
            events.add(new ChatEvent.Thought(0, "t" + random.nextInt()));
        }
        if (random.nextBoolean()) {
            events.add(new ChatEvent.ThoughtSignature(0, "c2ln+/" + random.nextInt(9)));
        }
        for (int i = random.nextInt(5); i > 0; i--) {
            events.add(new ChatEvent.Text(0, "\"\n é😀" + random.nextInt()));
        }
        int calls = random.nextInt(4);
        for (int i = 0; i < calls; i++) {
            events.add(new ChatEvent.ToolCallBegun(0, i, "c" + i, "f" + i, random.nextBoolean() ? "QQ==" : null));
            events.add(new ChatEvent.ToolArguments(0, i, "{\"a\":"));
            events.add(new ChatEvent.ToolArguments(0, i, random.nextInt() + "}"));
        }
        events.add(new ChatEvent.Stopped(0, Stop.of(calls > 0 ? StopReason.TOOL_CALLS : StopReason.END)));
        events.add(new ChatEvent.Used(new TokenCount(random.nextInt(100), 0, 0, 0, 10, 3), true));
        events.add(new ChatEvent.Ended());
        return events;
    }

    private static List<ChatEvent> events(String... answers) throws BrokenAnswerException {
        EventReader reader = GEMINI.events();
        List<ChatEvent> events = new ArrayList<>();
        for (String answer : answers) {
            byte[] data = bytes("xx" + answer + "yy");
            reader.read(null, data, 2, data.length - 2, events::add);
        }
        reader.end(events::add);
        return events;
    }

    private static List<String> data(String stream) {
        assertThat(stream).endsWith("\r\n\r\n");
        return stream.lines().filter(line -> !line.isEmpty()).map(line -> {
            assertThat(line).startsWith("data: ");
            return line.substring(6);
        }).toList();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
