package org.gatehouse.audit;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.audit.VerificationResult.Broken;
import org.gatehouse.audit.VerificationResult.Intact;
import org.gatehouse.store.Databases;
import org.gatehouse.store.Ids;

import static org.assertj.core.api.Assertions.assertThat;

@ParameterizedClass
@EnumSource(Databases.class)
final class TrailVerificationIT {

    private static final Instant START = Instant.parse("2026-11-20T10:00:00Z");
    private static final int CALLS = 120;

    private final Databases kind;
    private TrailFixture fixture;
    private List<CallRecord> calls;

    TrailVerificationIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void open(@TempDir Path directory) {
        fixture = TrailFixture.on(kind, directory);
        calls = fixture.append(CALLS, START);
        fixture.trail().appendAdmin(new AdminRecord(new Ids().get(), START, "token:first", "10.0.0.1", "update",
                "budget", "b1", "{\"amount\":\"1\"}", "{\"amount\":\"2\"}", "req-1"), TrailFixture.SOON);
        fixture.flush();
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void untouchedTrailIsIntactAlsoAfterARestart() {
        assertThat(fixture.verify()).isInstanceOfSatisfying(Intact.class, intact -> {
            assertThat(intact.records()).isGreaterThan(CALLS);
            assertThat(intact.checkpoints()).isPositive();
        });
        fixture.restart();
        fixture.append(10, START.plusSeconds(1_000));
        assertThat(fixture.verify()).isInstanceOf(Intact.class);
    }

    @Test
    void changeInAnyColumnOfOneRowIsFound() {
        UUID other = UUID.randomUUID();
        Map<String, Object> changes = Map.ofEntries(Map.entry("id", other), Map.entry("kind", "admin"),
                Map.entry("at_micros", 1L), Map.entry("trace_id", "x"), Map.entry("request_id", "x"),
                Map.entry("department_id", other), Map.entry("project_id", other), Map.entry("key_id", other),
                Map.entry("user_id", other), Map.entry("scenario", "x"), Map.entry("surface", "x"),
                Map.entry("model", "x"), Map.entry("upstream", "x"), Map.entry("outcome", "failed"),
                Map.entry("status", 201), Map.entry("error_code", "x"), Map.entry("input_tokens", 1L),
                Map.entry("output_tokens", 0L), Map.entry("cost", new java.math.BigDecimal("0.5")),
                Map.entry("currency", "EUR"), Map.entry("actor", "x"), Map.entry("action", "x"),
                Map.entry("object_type", "x"), Map.entry("object_id", "x"), Map.entry("prev_hash", new byte[32]),
                Map.entry("hash", new byte[32]), Map.entry("record", new byte[]{'{', '}'}), Map.entry("node", other),
                Map.entry("seq", 5_000L));
        assertThat(changes.keySet()).as("every column").hasSize(TrailColumns.COUNT + 5);
        changes.forEach((column, value) -> {
            fixture.tamper("CREATE TABLE kept AS SELECT * FROM trail WHERE seq = 33");
            fixture.tamper("UPDATE trail SET " + column + " = ? WHERE seq = 33", value);
            assertBroken(33, column);
            fixture.tamper("DELETE FROM trail WHERE position = 33");
            fixture.tamper("INSERT INTO trail SELECT * FROM kept");
            fixture.tamper("DROP TABLE kept");
            assertThat(fixture.verify()).as("put back: " + column).isInstanceOf(Intact.class);
        });
    }

    @Test
    void oneChangedCharacterOfTheRecordIsFound() {
        byte[] changed = rows().get(59).json().replace("\"status\":200", "\"status\":201")
                .getBytes(StandardCharsets.UTF_8);
        fixture.tamper("UPDATE trail SET record = ? WHERE seq = 60", changed);
        assertBroken(60, "changed");
    }

    @Test
    void deletedRowIsFound() {
        fixture.tamper("DELETE FROM trail WHERE seq = 40");
        assertBroken(40, "missing");
    }

    @Test
    void swappedRowsAreFound() {
        swap("position");
        assertBroken(20, "");
        swap("seq");
        assertBroken(20, "");
        swap("position");
        assertBroken(20, "seq");
    }

    private void swap(String column) {
        fixture.tamper("UPDATE trail SET " + column + " = -" + column + " WHERE " + column + " = 20");
        fixture.tamper("UPDATE trail SET " + column + " = 20 WHERE " + column + " = 21");
        fixture.tamper("UPDATE trail SET " + column + " = 21 WHERE " + column + " = -20");
    }

    @Test
    void rowsDeletedFromTheBeginningAreFound() {
        fixture.tamper("DELETE FROM trail WHERE seq <= 3");
        assertBroken(1, "missing");
    }

    @Test
    void rowsDeletedFromTheEndAreFoundAlsoWithTheirPosition() {
        long last = fixture.trail().figures().sequence();
        byte[] end = lastRow(last).hash();
        fixture.tamper("DELETE FROM trail WHERE seq > " + (last - 2));
        assertBroken(last - 1, "missing");
        byte[] hash = lastRow(last - 2).hash();
        fixture.tamper("UPDATE trail_position SET seq = ?, hash = ?", last - 2, hash);
        assertBroken(last - 1, "missing");
        fixture.tamper("UPDATE trail_position SET seq = ?, hash = ?", last, end);
    }

    @Test
    void rowsDeletedFromTheEndWhileTheDaemonIsDownAreFoundAtTheNextStart() {
        long last = fixture.trail().figures().sequence();
        fixture.trail().close();
        fixture.tamper("DELETE FROM trail WHERE seq > " + (last - 2));
        fixture.tamper("UPDATE trail_position SET seq = " + (last - 2)
                + ", hash = (SELECT hash FROM trail WHERE seq = " + (last - 2) + ")");
        fixture.restart();
        if (fixture.fresh().database().embedded()) {
            // The kept records have them: they are put back, and the trail says so.
            assertThat(fixture.verify()).isInstanceOf(VerificationResult.Intact.class);
            fixture.flush();
            assertThat(fixture.fresh().database().jdbi().<byte[], RuntimeException>withHandle(handle -> handle
                    .createQuery("SELECT record FROM trail WHERE kind = 'admin' AND object_type = 'database'")
                    .mapTo(byte[].class).one())).asString(StandardCharsets.UTF_8).contains("refill");
            return;
        }
        assertBroken(last - 1, "missing");
        fixture.append(3, START.plusSeconds(5_000));
        assertBroken(last - 1, "missing");
    }

    @Test
    void rowAppendedByAStrangerIsFound() {
        long last = fixture.trail().figures().sequence();
        TrailRow row = lastRow(last);
        byte[] json = RecordJson.write(fixture.samples().completed(START));
        ChainHead forged = new ChainHead(last, row.hash()).next(json, ChainHead.sha256());
        fixture.tamper("INSERT INTO trail (position, node, seq, id, kind, at_micros, record, prev_hash, hash) "
                + "VALUES (?, ?, ?, ?, 'call', 1, ?, ?, ?)", last + 1, fixture.node(), last + 1, UUID.randomUUID(),
                json, row.hash(), forged.hash());
        fixture.tamper("UPDATE trail_position SET seq = ?, hash = ?", forged.sequence(), forged.hash());
        fixture.trail().appendDurably(fixture.samples().completed(START), null, TrailFixture.SOON);
        assertThat(fixture.trail().flush(Duration.ofMillis(500))).isFalse();
        assertThat(fixture.trail().state()).isInstanceOf(TrailState.Degraded.class);
        fixture.tamper("UPDATE trail_position SET seq = ?, hash = ?", last, row.hash());
        fixture.tamper("DELETE FROM trail WHERE seq > " + last);
        assertThat(fixture.trail().flush(TrailFixture.SOON)).isTrue();
    }

    @Test
    void trailRewrittenFromSomewhereOnBreaksAtTheNextCheckpoint() {
        List<TrailRow> rows = rows();
        ChainHead head = new ChainHead(10, rows.get(9).hash());
        for (TrailRow row : rows.subList(10, rows.size())) {
            byte[] json = row.json().replace("\"status\":200", "\"status\":429").getBytes(StandardCharsets.UTF_8);
            ChainHead next = head.next(json, ChainHead.sha256());
            fixture.tamper("UPDATE trail SET record = ?, prev_hash = ?, hash = ?, status = CASE WHEN status = 200 "
                    + "THEN 429 ELSE status END WHERE seq = ?", json, head.hash(), next.hash(),
                    row.sequence());
            head = next;
        }
        fixture.tamper("UPDATE trail_position SET hash = ?", head.hash());
        VerificationResult result = fixture.verify();
        assertThat(result).isInstanceOfSatisfying(Broken.class,
                broken -> assertThat(broken.reason()).contains("rewritten"));
        fixture.tamper("UPDATE trail_position SET hash = ?", rows.getLast().hash());
    }

    @Test
    void timeRangeIsVerifiedOnItsOwn() {
        fixture.tamper("UPDATE trail SET status = 201 WHERE seq = 5");
        Instant late = calls.get(60).at();
        TrailVerification verification = TrailVerification.of(fixture.fresh().database(), fixture.secretBox(),
                fixture.trail());
        assertThat(verification.verify(null, null)).isInstanceOf(Broken.class);
        assertThat(verification.verify(late.plusSeconds(5), null)).isInstanceOf(Intact.class);
        assertThat(verification.verify(START, START.plusSeconds(30))).isInstanceOf(Broken.class);
        assertThat(verification.verify(START.minusSeconds(90), START.minusSeconds(80))).isInstanceOf(Intact.class);
    }

    @Test
    void retentionLeavesATrailThatVerifiesFromItsMarkOn() {
        fixture.append(200, START.plus(Duration.ofDays(10)));
        Clock later = Clock.fixed(START.plus(Duration.ofDays(11)), java.time.ZoneOffset.UTC);
        TrailRetention retention = new TrailRetention(fixture.fresh().database(), fixture.trail(), later, new Ids());
        long removed = retention.removeRecords(Duration.ofDays(5));
        assertThat(removed).isBetween(50L, 123L);
        fixture.flush();
        assertThat(rows().getFirst().sequence()).isEqualTo(removed + 1);
        assertThat(fixture.verify()).isInstanceOf(Intact.class);
        assertThat(retention.removeRecords(Duration.ofDays(5))).isZero();
        fixture.restart();
        assertThat(fixture.verify()).isInstanceOf(Intact.class);
        fixture.tamper("UPDATE trail_start SET at_micros = at_micros + 1");
        assertBroken(removed + 1, "not signed");
    }

    @Test
    void energyOfCallsGoesWithTheirRowsAndStandsInTheExport() throws Exception {
        List<CallRecord> all = new ArrayList<>(calls);
        all.addAll(fixture.append(200, START.plus(Duration.ofDays(10))));
        try (Connection connection = fixture.fresh().database().dataSource().getConnection();
                CallEnergyTable.Minute minute = new CallEnergyTable.Minute(connection, START.getEpochSecond(),
                        fixture.node())) {
            for (CallRecord call : all) {
                minute.add(new CallEnergyTable.Part(call.id(), 1_500_000, 2, new BigDecimal("0.0125"), "EUR"));
            }
            minute.write();
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new TrailExport(fixture.fresh().database(), fixture.secretBox(), fixture.trail()).write(out, null, null);
        assertThat(TrailExport.verify(new ByteArrayInputStream(out.toByteArray()), Map.of()))
                .isInstanceOf(Intact.class);
        assertThat(out.toString(StandardCharsets.UTF_8).lines().filter(line -> line.contains("\"energy\":{"
                + "\"microWattHours\":1500000,\"gpuMicros\":2,\"localCosts\":[{\"amount\":\"0.0125\","
                + "\"currency\":\"EUR\"}]},\"record\":{\"kind\":\"call\""))).hasSize(all.size());
        Clock later = Clock.fixed(START.plus(Duration.ofDays(11)), java.time.ZoneOffset.UTC);

        new TrailRetention(fixture.fresh().database(), fixture.trail(), later, new Ids())
                .removeRecords(Duration.ofDays(5));

        Map<UUID, CallEnergy> left = fixture.search().energyOf(all.stream().map(CallRecord::id).toList());
        assertThat(left).isNotEmpty().hasSizeLessThan(all.size());
        for (CallRecord call : all) {
            assertThat(left.containsKey(call.id())).isEqualTo(fixture.search().byId(call.id()).isPresent());
        }
    }

    @Test
    void exportVerifiesElsewhereAndShowsEveryChange() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long records = new TrailExport(fixture.fresh().database(), fixture.secretBox(), fixture.trail()).write(out,
                null, null);
        List<String> lines = out.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines).hasSize((int) records + 2);
        assertThat(verifyExport(lines)).isInstanceOf(Intact.class);
        List<String> cut = lines.subList(0, lines.size() - 1);
        assertThat(verifyExport(cut)).isInstanceOf(Broken.class);
        List<String> shortened = new ArrayList<>(lines);
        shortened.remove(lines.size() - 2);
        assertThat(verifyExport(shortened)).isInstanceOf(Broken.class);
        for (int line = 0; line < lines.size(); line += 7) {
            char[] text = lines.get(line).toCharArray();
            for (int at = 0; at < text.length; at += 13) {
                char[] changed = text.clone();
                changed[at] = changed[at] == 'a' ? 'b' : 'a';
                List<String> all = new ArrayList<>(lines);
                all.set(line, new String(changed));
                assertThat(verifyExport(all)).as(new String(changed)).isInstanceOf(Broken.class);
            }
        }
    }

    @Test
    void exportHoldsNoConnectionWhileItsReaderIsSlow() throws IOException {
        fixture.append(1_500, START.plus(Duration.ofDays(10)));
        int[] writes = new int[1];
        OutputStream slow = new ByteArrayOutputStream() {
            @Override
            public void write(byte[] some, int from, int count) {
                writes[0]++;
                // The store refuses a second one to a thread that holds one.
                try (Connection own = fixture.fresh().database().dataSource().getConnection()) {
                    assertThat(own.isValid(5)).isTrue();
                } catch (SQLException e) {
                    throw new AssertionError(e);
                }
            }
        };
        long records = new TrailExport(fixture.fresh().database(), fixture.secretBox(), fixture.trail()).write(slow,
                null, null);
        assertThat(records).isGreaterThan(1_500);
        assertThat(writes[0]).as("blocks that were written in between").isGreaterThan(3);
    }

    @Test
    void exportSignedByAStrangerIsFoundWithTheTrustedKey() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new TrailExport(fixture.fresh().database(), fixture.secretBox(), fixture.trail()).write(out, null, null);
        Map<UUID, java.security.PublicKey> trusted = Map.of(fixture.node(),
                fixture.secretBox().signingKey("somebody else").publicKey());
        assertThat(TrailExport.verify(new ByteArrayInputStream(out.toByteArray()), trusted))
                .isInstanceOf(Broken.class);
    }

    private VerificationResult verifyExport(List<String> lines) throws IOException {
        return TrailExport.verify(
                new ByteArrayInputStream((String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8)),
                Map.of(fixture.node(), fixture.trail().key().publicKey()));
    }

    private void assertBroken(long sequence, String words) {
        assertThat(fixture.verify()).isInstanceOfSatisfying(Broken.class, broken -> {
            assertThat(broken.sequence()).as(broken.message()).isEqualTo(sequence);
            assertThat(broken.node()).isEqualTo(fixture.node());
            if (!words.isEmpty() && !Arrays.asList("prev_hash", "hash", "record").contains(words)) {
                assertThat(broken.reason()).contains(words);
            }
        });
    }

    private TrailRow lastRow(long last) {
        return Objects.requireNonNull(rows().get((int) last - 1));
    }

    private List<TrailRow> rows() {
        List<TrailRow> rows = new ArrayList<>();
        try (Connection connection = fixture.fresh().database().dataSource().getConnection()) {
            TrailRows.read(connection, TrailRows.nodes(connection).getFirst(), 0, Long.MAX_VALUE, rows::add);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return rows;
    }
}
