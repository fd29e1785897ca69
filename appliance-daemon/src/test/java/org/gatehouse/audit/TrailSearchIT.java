package org.gatehouse.audit;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.function.Predicate;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.audit.TrailSearch.Order;
import org.gatehouse.store.Databases;
import org.gatehouse.store.Ids;
import org.gatehouse.store.StoreFailure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

@ParameterizedClass
@EnumSource(Databases.class)
final class TrailSearchIT {

    private static final Instant START = Instant.parse("2026-11-20T10:00:00Z");

    private final Databases kind;
    private TrailFixture fixture;

    TrailSearchIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void open(@TempDir Path directory) {
        fixture = TrailFixture.on(kind, directory);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void rowIsFoundRightAfterItsCallReturned() {
        for (int i = 0; i < 5; i++) {
            CallRecord call = fixture.samples().completed(START);
            fixture.trail().appendDurably(call, null, TrailFixture.SOON);
            assertThat(fixture.search().byId(call.id()).map(TrailEntry::item)).contains(call);
        }
        assertThat(fixture.search().byId(UUID.randomUUID())).isEmpty();
    }

    @Test
    void pagesGiveEveryRowOnceInBothOrdersAlsoWhenTimesAreEqual() {
        List<CallRecord> calls = new ArrayList<>();
        for (int i = 0; i < 137; i++) {
            CallRecord sample = fixture.samples().completed(START.plusSeconds(i / 10));
            calls.add(new CallRecord(sample.id(), sample.traceId(), sample.requestId(), sample.startedAt(),
                    sample.caller(), "::1", "openai", "embeddings", false, null, "m", "s", "u", false, 200,
                    Outcome.COMPLETED, null, sample.usage(), sample.cost(), null, 0, null, null));
        }
        fixture.append(calls);
        for (Order order : Order.values()) {
            List<UUID> found = new ArrayList<>();
            List<Instant> times = new ArrayList<>();
            TrailPage.Cursor cursor = null;
            do {
                TrailPage page = fixture.search().find(TrailFilter.any().kind(TrailRecord.Kind.CALL), order, cursor,
                        10);
                page.entries().forEach(entry -> {
                    found.add(entry.item().id());
                    times.add(entry.item().at());
                });
                cursor = page.next() == null ? null : TrailPage.Cursor.parse(page.next().text());
            } while (cursor != null);
            assertThat(found).containsExactlyInAnyOrderElementsOf(calls.stream().map(CallRecord::id).toList());
            List<Instant> sorted = times.stream().sorted().toList();
            assertThat(times).isEqualTo(order == Order.OLDEST_FIRST ? sorted : sorted.reversed());
        }
    }

    @Test
    void everyFilterFindsWhatItSays() {
        List<CallRecord> calls = fixture.append(60, START);
        fixture.append(List.of(fixture.samples().refused(START.plusSeconds(500))));
        CallRecord one = calls.get(17);
        Caller caller = Objects.requireNonNull(one.caller());
        TrailFilter any = TrailFilter.any();
        find(any.traceId(one.traceId()), call -> call.traceId().equals(one.traceId()));
        find(any.requestId(one.requestId()), call -> call.requestId().equals(one.requestId()));
        find(any.key(caller.keyId()), call -> caller(call).keyId().equals(caller.keyId()));
        find(any.project(caller.projectId()), call -> caller(call).projectId().equals(caller.projectId()));
        find(any.department(caller.departmentId()), call -> caller(call).departmentId().equals(caller.departmentId()));
        UUID user = Objects.requireNonNull(caller.userId());
        find(any.user(user), call -> user.equals(caller(call).userId()));
        find(any.model("qwen3-32b"), call -> "qwen3-32b".equals(call.modelAsked()));
        find(any.upstream("local-a"), call -> true);
        find(any.scenario("search"), call -> "search".equals(call.scenario()));
        find(any.from(START.plusSeconds(10)).before(START.plusSeconds(20)).outcome(Outcome.COMPLETED),
                call -> !call.at().isBefore(START.plusSeconds(10)) && call.at().isBefore(START.plusSeconds(20)));
        assertThat(fixture.search().find(any.outcome(Outcome.REFUSED).errorCode("invalid_api_key"), Order.NEWEST_FIRST,
                null, 10).entries()).hasSize(1);
        assertThat(fixture.search().find(any.model("' OR '1'='1"), Order.NEWEST_FIRST, null, 10).entries()).isEmpty();
    }

    @Test
    void adminActionsAreFoundByActorAndObject() {
        AdminRecord action = new AdminRecord(new Ids().get(), START, "maria", "10.0.0.1", "revoke", "key", "k-9",
                "{\"state\":\"active\"}", "{\"state\":\"revoked\"}", "req-7");
        fixture.trail().appendAdmin(action, TrailFixture.SOON);
        assertThat(fixture.search().find(TrailFilter.any().kind(TrailRecord.Kind.ADMIN).actor("maria")
                .objectType("key").objectId("k-9"), Order.NEWEST_FIRST, null, 10).entries())
                .extracting(TrailEntry::item).containsExactly(action);
    }

    @Test
    void recordedBodiesComeBackAndTheirDigestsAreInTheRecord() {
        byte[] request = "{\"messages\":[{\"role\":\"user\",\"content\":\"Grüß Gott\"}]}"
                .getBytes(StandardCharsets.UTF_8);
        byte[] reply = new byte[900_000];
        new Random(5).nextBytes(reply);
        CallRecord call = fixture.samples().completed(START);
        fixture.trail().appendDurably(call, new RecordedBodies(request, reply, START.plusSeconds(60)),
                TrailFixture.SOON);
        TrailSearch.Bodies bodies = fixture.search().bodiesOf(call.id());
        assertThat(bodies.request()).isEqualTo(request);
        assertThat(bodies.reply()).isEqualTo(reply);
        CallRecord stored = (CallRecord) fixture.search().byId(call.id()).orElseThrow().item();
        assertThat(stored.requestSha256())
                .isEqualTo(java.util.HexFormat.of().formatHex(ChainHead.sha256().digest(request)));
        assertThat(stored.replySha256()).hasSize(64);
        fixture.restart();
        assertThat(fixture.search().bodiesOf(call.id()).request()).isEqualTo(request);

        TrailRetention retention = new TrailRetention(fixture.fresh().database(), fixture.trail(),
                Clock.fixed(START.plusSeconds(59), java.time.ZoneOffset.UTC), new Ids());
        retention.removeBodies();
        assertThat(fixture.search().bodiesOf(call.id()).reply()).isNotNull();
        new TrailRetention(fixture.fresh().database(), fixture.trail(),
                Clock.fixed(START.plusSeconds(61), java.time.ZoneOffset.UTC), new Ids()).removeBodies();
        assertThat(fixture.search().bodiesOf(call.id())).isEqualTo(new TrailSearch.Bodies(null, null));
        assertThat(fixture.verify()).isInstanceOf(VerificationResult.Intact.class);
    }

    @Test
    void bodyMovedToAnotherCallDoesNotOpen() {
        CallRecord call = fixture.samples().completed(START);
        CallRecord other = fixture.samples().completed(START);
        fixture.trail().appendDurably(call, new RecordedBodies(new byte[]{1}, null, START.plus(Duration.ofDays(9))),
                TrailFixture.SOON);
        fixture.flush();
        fixture.tamper("UPDATE call_body SET call_id = ?", other.id());
        assertThatThrownBy(() -> fixture.search().bodiesOf(other.id())).isInstanceOf(StoreFailure.class);
    }

    private void find(TrailFilter filter, Predicate<CallRecord> wanted) {
        List<CallRecord> found = calls(filter);
        List<CallRecord> all = calls(TrailFilter.any()).stream().filter(call -> call.caller() != null).filter(wanted)
                .toList();
        assertThat(found).isNotEmpty().isEqualTo(all);
    }

    private List<CallRecord> calls(TrailFilter filter) {
        return fixture.search().find(filter.kind(TrailRecord.Kind.CALL), Order.OLDEST_FIRST, null, 1_000).entries()
                .stream().map(entry -> (CallRecord) entry.item()).toList();
    }

    private static Caller caller(CallRecord call) {
        return Objects.requireNonNull(call.caller());
    }
}
