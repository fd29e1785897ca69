package org.gatehouse.admin;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.RecordedBodies;
import org.gatehouse.audit.SampleCalls;
import org.gatehouse.audit.TrailExport;
import org.gatehouse.audit.VerificationResult;
import org.gatehouse.store.Databases;
import org.gatehouse.usage.CallsUnderWay;
import org.gatehouse.usage.EnergyRollups;
import org.gatehouse.usage.LocalTariff;

import static org.assertj.core.api.Assertions.assertThat;

/** Trail and usage through the admin API. */
@ParameterizedClass
@EnumSource(Databases.class)
final class AuditApiIT {
    private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
    private final SampleCalls samples = new SampleCalls(7);
    private final Databases kind;
    private AdminServer server;

    AuditApiIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void start(@TempDir Path directory) throws IOException {
        server = new AdminServer(kind, directory);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void append(CallRecord call) {
        server.trail.appendDurably(call, null, Duration.ofSeconds(10));
    }

    @Test
    void adminActionIsFoundWithWhoAndBeforeAndAfter() {
        String id = server.made("departments", Map.of("name", "Research"));
        server.send("PATCH", "/api/v1/departments/" + id, "{\"name\":\"Lab\"}", Map.of("x-request-id", "mine"));
        JsonNode items = server.get("/api/v1/audit?objectType=departments&objectId=" + id).json().get("items");
        assertThat(items).hasSize(2);
        JsonNode update = items.get(0).get("record");
        assertThat(update.get("action").asText()).isEqualTo("update");
        assertThat(update.get("actor").asText()).isEqualTo("token:first");
        assertThat(update.get("requestId").asText()).isEqualTo("mine");
        assertThat(update.get("before").asText()).contains("Research");
        assertThat(update.get("after").asText()).contains("Lab");
        JsonNode again = server.get("/api/v1/audit/" + update.get("id").asText()).json();
        assertThat(again.get("record")).isEqualTo(update);
    }

    @Test
    void callsComeInPiecesNarrowedByWhatTheyWere() {
        for (int i = 0; i < 5; i++) {
            append(samples.call(NOON.plusSeconds(i), samples.caller(1, 0), Outcome.COMPLETED, 10, 5));
        }
        append(samples.call(NOON.plusSeconds(9), samples.caller(2, 0), Outcome.FAILED, 10, 5));
        String project = samples.caller(1, 0).projectId().toString();
        JsonNode first = server.get("/api/v1/audit?kind=call&limit=2&order=oldest&project=" + project).json();
        JsonNode rest = server.get("/api/v1/audit?kind=call&limit=9&order=oldest&project=" + project + "&after="
                + first.get("next").asText()).json();
        assertThat(first.get("items")).hasSize(2);
        assertThat(rest.get("items")).hasSize(3);
        assertThat(rest.get("next").isNull()).isTrue();
        assertThat(server.get("/api/v1/audit?outcome=failed").json().get("items")).hasSize(1);
        assertThat(server.get("/api/v1/audit?after=%27%20OR%201").fields()).containsExactly("after");
        assertThat(server.get("/api/v1/audit?kind=everything").fields()).containsExactly("kind");
    }

    @Test
    void aCallTellsWhatGpusTookForItOnceThatIsShared() {
        CallRecord call = samples.completed(NOON);
        append(call);
        String path = "/api/v1/audit/" + call.id();
        assertThat(server.get(path).json().get("energy").isNull()).isTrue();
        EnergyRollups rollups = new EnergyRollups(server.fresh.database(), new UUID(0, 1), CallsUnderWay.none());
        rollups.keep(NOON, List.of(new EnergyRollups.Measured("local-a", 1_234_567, 60_000_000)));

        rollups.shareOut(NOON.plusSeconds(600), (_, _) -> Optional.of(
                new LocalTariff(new BigDecimal("0.30"), BigDecimal.ZERO, "EUR")));

        JsonNode energy = server.get(path).json().get("energy");
        assertThat(new BigDecimal(energy.get("wattHours").asText())).isEqualByComparingTo("1.234567");
        assertThat(new BigDecimal(energy.get("gpuSeconds").asText())).isEqualByComparingTo("60");
        assertThat(energy.get("localCosts").get(0).get("currency").asText()).isEqualTo("EUR");
        assertThat(new BigDecimal(energy.get("localCosts").get(0).get("amount").asText()))
                .isEqualByComparingTo("0.0003703701");
        JsonNode listed = server.get("/api/v1/audit?kind=call").json().get("items").get(0);
        assertThat(listed.get("energy")).isEqualTo(energy);
        assertThat(server.get("/api/v1/audit/export").text()).contains("\"microWattHours\":1234567");
    }

    @Test
    void readingBodiesIsRecorded() {
        CallRecord call = samples.completed(NOON);
        server.trail.appendDurably(call,
                new RecordedBodies("你好".getBytes(StandardCharsets.UTF_8), new byte[]{(byte) 0xff, 0},
                        Instant.now().plusSeconds(600)),
                Duration.ofSeconds(10));
        JsonNode bodies = server.get("/api/v1/audit/" + call.id() + "/bodies").json();
        assertThat(bodies.get("request").get("content").asText()).isEqualTo("你好");
        assertThat(bodies.get("reply").get("encoding").asText()).isEqualTo("base64");
        JsonNode last = server.get("/api/v1/audit?objectType=bodies").json().get("items").get(0).get("record");
        assertThat(last.get("action").asText()).isEqualTo("read");
        assertThat(last.get("objectId").asText()).isEqualTo(call.id().toString());
        assertThat(server.get("/api/v1/audit/019a0000-0000-7000-8000-000000000000").status()).isEqualTo(404);
    }

    @Test
    void trailVerifiesAndItsExportVerifiesElsewhere() throws IOException {
        append(samples.completed(NOON));
        server.made("departments", Map.of("name", "Research"));
        JsonNode verification = server.get("/api/v1/audit/verify").json();
        assertThat(verification.get("intact").asBoolean()).as(verification.toString()).isTrue();
        String export = server.get("/api/v1/audit/export").text();
        assertThat(TrailExport.verify(new ByteArrayInputStream(export.getBytes(StandardCharsets.UTF_8)), Map.of()))
                .isInstanceOf(VerificationResult.Intact.class);
        server.fresh.database().jdbi().useTransaction(handle -> {
            String record = new String(
                    handle.createQuery("SELECT record FROM trail WHERE object_type = 'departments'")
                            .mapTo(byte[].class).one(),
                    StandardCharsets.UTF_8);
            assertThat(handle.execute("UPDATE trail SET record = ? WHERE object_type = 'departments'",
                    record.replace("Research", "Sales").getBytes(StandardCharsets.UTF_8))).isOne();
        });
        JsonNode broken = server.get("/api/v1/audit/verify").json();
        assertThat(broken.get("intact").asBoolean()).isFalse();
        assertThat(broken.get("brokenSequence").isNumber()).isTrue();
        assertThat(broken.get("message").asText()).contains("record");
    }

    @Test
    void usageIsSummedUpAsAsked() {
        append(samples.call(NOON, samples.caller(1, 0), Outcome.COMPLETED, 1_000, 100));
        append(samples.call(NOON.plusSeconds(5), samples.caller(1, 1), Outcome.COMPLETED, 500, 50));
        append(samples.call(NOON.plusSeconds(6), samples.caller(2, 1), Outcome.COMPLETED, 1, 1));
        assertThat(server.trail.flush(Duration.ofSeconds(10))).isTrue();
        JsonNode all = server.get("/api/v1/usage?from=2026-11-20T00:00:00Z&to=2026-11-21T00:00:00Z").json();
        assertThat(all.get("lines")).hasSize(1);
        assertThat(all.get("lines").get(0).get("inputTokens").asLong()).isEqualTo(1_501);
        assertThat(new BigDecimal(all.get("lines").get(0).get("cost").asText()))
                .isEqualByComparingTo(new BigDecimal(1_501 * 3 + 151 * 7).movePointLeft(6));

        JsonNode grouped = server.get("/api/v1/usage?from=2026-11-20T00:00:00Z&to=2026-11-21T00:00:00Z"
                + "&groupBy=project,key&bucket=day&project=" + samples.caller(1, 0).projectId()).json();
        assertThat(grouped.get("lines")).hasSize(2);
        assertThat(grouped.get("lines").get(0).get("start").asText()).isEqualTo("2026-11-20T00:00:00Z");
        assertThat(grouped.get("lines").get(0).get("names").get("project").asText()).isEqualTo("Project 1");
        assertThat(server.get("/api/v1/usage?groupBy=colour").fields()).containsExactly("groupBy");
        assertThat(server.get("/api/v1/usage?from=2026-11-21T00:00:00Z&to=2026-11-20T00:00:00Z").fields())
                .containsExactly("from");
    }

    @Test
    void usageFinerThanTheKeptSumsIsRefusedWithTheFinestThatAreKept() {
        Instant now = Instant.now();
        append(samples.call(now.minusSeconds(60), samples.caller(1, 0), Outcome.COMPLETED, 1_000, 100));
        append(samples.call(now.minus(Duration.ofDays(4)), samples.caller(1, 0), Outcome.COMPLETED, 20, 3));
        assertThat(server.trail.flush(Duration.ofSeconds(10))).isTrue();
        Instant hour = now.minus(Duration.ofDays(5)).truncatedTo(ChronoUnit.HOURS);

        AdminServer.Reply minutes = server.get("/api/v1/usage?bucket=minute&from=" + hour);
        assertThat(minutes.status()).isEqualTo(400);
        assertThat(minutes.json().get("type").asText()).isEqualTo("urn:gatehouse:problem:not_kept");
        assertThat(minutes.fields()).containsExactly("bucket");
        assertThat(minutes.json().get("detail").asText()).contains("must be hour or coarser", "kept for 2 days");
        AdminServer.Reply longAgo = server.get("/api/v1/usage?bucket=hour&from=2020-01-01T00:00:00Z");
        assertThat(longAgo.json().get("detail").asText()).contains("must be day or coarser", "kept for 90 days");
        AdminServer.Reply ragged = server.get("/api/v1/usage?from=" + hour.plusSeconds(61) + "&to=" + now);
        assertThat(ragged.fields()).containsExactly("from");
        assertThat(ragged.json().get("detail").asText()).contains("must be on a full hour (UTC)");

        // From an hour on, over whole days, to this very moment: each call once.
        JsonNode whole = server.get("/api/v1/usage?from=" + hour + "&to=" + now).json();
        assertThat(whole.get("lines")).hasSize(1);
        assertThat(whole.get("lines").get(0).get("inputTokens").asLong()).isEqualTo(1_020);
        assertThat(Instant.parse(whole.get("to").asText())).isAfterOrEqualTo(now).isBefore(now.plusSeconds(60));
        assertThat(server.get("/api/v1/usage?bucket=hour&from=" + hour + "&to=" + now).json().get("lines")).hasSize(2);
    }

    @Test
    void lastUseOfAKeyShows() {
        String department = server.made("departments", Map.of("name", "Research"));
        String project = server.made("projects", Map.of("departmentId", department, "name", "Search"));
        JsonNode key = server.post("/api/v1/keys", "{\"projectId\":\"" + project + "\",\"name\":\"ci\"}").json()
                .get("key");
        org.gatehouse.audit.Caller other = samples.caller(1, 0);
        append(samples.call(NOON, new org.gatehouse.audit.Caller(other.organisationId(), other.departmentId(),
                "Research", other.projectId(), "Search", java.util.UUID.fromString(key.get("id").asText()), "ci", null,
                null), Outcome.COMPLETED, 1, 1));
        assertThat(server.trail.flush(Duration.ofSeconds(10))).isTrue();
        JsonNode used = server.get("/api/v1/keys/" + key.get("id").asText()).json();
        assertThat(used.get("lastUsedAt").asText()).startsWith("2026-11-20T12:00:0");
        assertThat(used.get("lastUsedFrom").asText()).isEqualTo("10.1.2.3");
    }
}
