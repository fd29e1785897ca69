package org.gatehouse.audit;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

final class RecordJsonTest {

    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00.123456Z");

    private final SampleCalls samples = new SampleCalls(1);

    @Test
    void everyRecordIsReadBackAsItWasWritten() {
        for (int i = 0; i < 200; i++) {
            CallRecord call = i % 5 == 0 ? samples.refused(NOON) : samples.completed(NOON.plusSeconds(i));
            byte[] json = RecordJson.write(call);
            assertThat(RecordJson.read(RecordJson.text(json))).isEqualTo(call);
            assertThat(RecordJson.write(RecordJson.read(RecordJson.text(json)))).isEqualTo(json);
        }
        UUID id = samples.uuid();
        for (TrailRecord item : new TrailRecord[]{
                new AdminRecord(id, NOON, "token:first", null, "create", "key", "k1", null, "{\"a\":1}", "req"),
                new Checkpoint(id, NOON, id, 7, "00ff", "abcd"), new RetentionRecord(id, NOON, 9, "00", NOON)}) {
            assertThat(RecordJson.read(RecordJson.text(RecordJson.write(item)))).isEqualTo(item);
        }
    }

    @Test
    void whatIsWrittenIsJsonWithFieldsInAFixedOrder() throws Exception {
        String json = RecordJson.text(RecordJson.write(samples.completed(NOON)));
        assertThat(new ObjectMapper().readTree(json).get("startedAt").textValue())
                .isEqualTo("2026-11-20T12:00:00.123456Z");
        assertThat(json).startsWith("{\"kind\":\"call\",\"id\":\"").doesNotContain(" \"").doesNotContain("null");
    }

    @Test
    void instanceIsReadBackAndLeavesNoTraceWhereThereIsNone() {
        CallRecord call = samples.completed(NOON);
        CallRecord at = new CallRecord(call.id(), call.traceId(), call.requestId(), call.startedAt(), call.caller(),
                call.clientAddress(), call.dialect(), call.surface(), call.streamed(), call.scenario(),
                call.modelAsked(), call.modelServed(), call.upstream(), call.simulated(), call.status(),
                call.outcome(), call.errorCode(), call.usage(), call.cost(), call.firstByteMicros(),
                call.totalMicros(), "00", "ff", "chat-large-0.3", List.of(), null);
        String json = RecordJson.text(RecordJson.write(at));

        assertThat(json).endsWith("\"replySha256\":\"ff\",\"instance\":\"chat-large-0.3\"}");
        assertThat(RecordJson.read(json)).isEqualTo(at);
        assertThat(at.withDigests(null, null).instance()).isEqualTo("chat-large-0.3");
        assertThat(at.keptBack(503, "x").instance()).isEqualTo("chat-large-0.3");
        assertThat(RecordJson.text(RecordJson.write(call))).doesNotContain("instance");
    }

    @Test
    void whatTheCacheSavedIsReadBackAndLeavesNoTraceWhereThereIsNothing() {
        CallRecord call = samples.completed(NOON);
        CallRecord hit = new CallRecord(call.id(), call.traceId(), call.requestId(), call.startedAt(), call.caller(),
                call.clientAddress(), call.dialect(), call.surface(), call.streamed(), call.scenario(),
                call.modelAsked(), call.modelServed(), null, false, 200, call.outcome(), null,
                Usage.tokens(0, 0, Usage.Source.CACHED), new Cost(BigDecimal.ZERO, "EUR"), 5L, 6, null, null, null,
                List.of(), new Saved(7, 8, new Cost(new BigDecimal("0.25"), "EUR")));
        String json = RecordJson.text(RecordJson.write(hit));

        assertThat(json).contains("\"source\":\"cached\"").endsWith("\"saved\":{\"inputTokens\":7,\"outputTokens\":8,"
                + "\"cost\":{\"amount\":\"0.25\",\"currency\":\"EUR\"}}}");
        assertThat(RecordJson.read(json)).isEqualTo(hit);
        assertThat(RecordJson.text(RecordJson.write(call))).doesNotContain("saved");
    }

    @Test
    void writesForAnHourAndTokensOfSoundAreReadBackAndLeaveNoTraceWhereThereAreNone() {
        CallRecord call = samples.completed(NOON);
        CallRecord wrote = new CallRecord(call.id(), call.traceId(), call.requestId(), call.startedAt(), call.caller(),
                call.clientAddress(), call.dialect(), call.surface(), call.streamed(), call.scenario(),
                call.modelAsked(), call.modelServed(), call.upstream(), call.simulated(), call.status(),
                call.outcome(), call.errorCode(), new Usage(9, 5, 2, 6, 4, 0, 0, 0, 0,
                        new MediaTokens(3, 0, 5, 0), Usage.Source.REPORTED),
                call.cost(), call.firstByteMicros(), call.totalMicros(), null, null, null, List.of(), null);
        String json = RecordJson.text(RecordJson.write(wrote));

        assertThat(json).contains("\"cacheWriteTokens\":6,\"longCacheWriteTokens\":4,")
                .contains("\"audioInputTokens\":3,\"audioOutputTokens\":5,");
        assertThat(RecordJson.read(json)).isEqualTo(wrote);
        assertThat(RecordJson.text(RecordJson.write(call))).doesNotContain("longCacheWriteTokens", "audioInputTokens",
                "imageOutputTokens");
    }

    @Test
    void textOfAnyKindSurvivesOrIsReplacedVisibly() throws Exception {
        Random random = new Random(7);
        for (int round = 0; round < 2_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(20); i > 0; i--) {
                text.append((char) random.nextInt(random.nextBoolean() ? 0x80 : 0x10000));
            }
            byte[] json = new JsonBytes().begin().field("text", text.toString()).end().toBytes();
            String read = new ObjectMapper().readTree(json).get("text").textValue();
            String expected = new String(text.toString().getBytes(java.nio.charset.StandardCharsets.UTF_16BE),
                    java.nio.charset.StandardCharsets.UTF_16BE);
            assertThat(read).isEqualTo(expected);
        }
    }

    @Test
    void longAdminValuesAreReplacedByTheirDigest() {
        String text = RecordJson.text(RecordJson.write(new AdminRecord(samples.uuid(), NOON, "a", null, "update",
                "policy", "p", "x".repeat(RecordJson.LONGEST_VALUE + 1), "y", "req")));
        assertThat(text).contains("omitted").hasSizeLessThan(1_000);
    }

    @Test
    void adminValuesThatGrowByEscapingStillFitTheColumn() {
        for (String unit : new String[]{"\"", "\u0001", "\u20AC", "\uD83D\uDE00"}) {
            String value = unit.repeat(RecordJson.LONGEST_VALUE / unit.length());
            byte[] json = RecordJson.write(
                    new AdminRecord(samples.uuid(), NOON, "a", null, "update", "policy", "p", value, value, "req"));
            assertThat(json.length).as(unit).isLessThan(1 << 20);
        }
    }

    @Test
    void foreignTextIsRefused() {
        for (String text : new String[]{"", "[]", "{", "{\"kind\":\"call\"}", "{\"kind\":\"other\"}", "null"}) {
            assertThatThrownBy(() -> RecordJson.read(text)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
