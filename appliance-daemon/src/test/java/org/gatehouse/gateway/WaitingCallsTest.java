package org.gatehouse.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.audit.CallAttempt;
import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.queue.Entry;
import org.gatehouse.gateway.queue.QueueTerms;
import org.gatehouse.gateway.queue.QueueView;
import org.gatehouse.gateway.upstream.LocalEngines.Instance;
import org.gatehouse.gateway.upstream.LocalEngines.Standing;
import org.gatehouse.governance.snapshot.ComplexityTerms;
import org.gatehouse.governance.snapshot.EngineTerms;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.RouteTerms;
import org.gatehouse.governance.snapshot.TargetTerms;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.simulated.LedgerEntry;

import static org.assertj.core.api.Assertions.assertThat;

/** Calls for a deployment that has no room for all: who waits, for how long, and that each end gives the turn back. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WaitingCallsTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String SLOW = "tokens=100 token-ms=10";
    private static final String ENDLESS = "tokens=1000 token-ms=20";

    private final TestBox box = new TestBox();
    private final String patient = key("patient", Duration.ofSeconds(30));
    private final String hasty = key("hasty", Duration.ZERO);
    private final Upstream fleet = box.upstream("fleet", Upstream.Kind.VLLM, "deployment:q", null, true);

    WaitingCallsTest() {
        box.model("mine", fleet, "engine-model", ModelRoute.Tokenizer.UNKNOWN);
        Upstream cloud = box.upstream("cloud", Upstream.Kind.OPENAI_COMPATIBLE, box.cloud.uri() + "/v1", "sk-upstream",
                false);
        box.model("either", terms(null), new ModelRoute.Target(UUID.randomUUID(), fleet, "engine-model", 1),
                second(cloud));
        box.model("impatient", terms(Duration.ofSeconds(1)),
                new ModelRoute.Target(UUID.randomUUID(), fleet, "engine-model", 1), second(cloud));
    }

    private static ModelRoute.Target second(Upstream upstream) {
        return new ModelRoute.Target(UUID.randomUUID(), upstream, "cloud-model", 1, TargetTerms.DEFAULT.at(1));
    }

    /** No budget for further attempts, as they are none. */
    private static RouteTerms terms(@Nullable Duration firstByteWithin) {
        return new RouteTerms(RouteTerms.Strategy.WEIGHTED, null, RouteTerms.Stickiness.NONE,
                new RouteTerms.Retries(2, 0, Duration.ZERO, Duration.ZERO, firstByteWithin, 0, 0, false),
                RouteTerms.Residency.ANYWHERE, RouteTerms.Overflow.NEVER, ComplexityTerms.DEFAULT, null);
    }

    @AfterEach
    void nothingIsLeftBehind() {
        box.assertNothingHeld();
        TestBox.await(() -> box.berths.queues().values().stream().allMatch(queue -> queue.served() == 0),
                "a turn was not given back");
        assertThat(box.berths.waiting("q")).isZero();
        TestBox.await(() -> box.berths.inFlight("one") == 0, "a berth was not given back");
        assertThat(box.engines.watchers).isEmpty();
    }

    @AfterAll
    void close() {
        box.close();
    }

    @Test
    void callThatFindsNoRoomWaitsForItsTurn() throws Exception {
        places(1, 8, 8);
        CompletableFuture<HttpResponse<String>> first = busy();
        CompletableFuture<HttpResponse<String>> second = call(patient, "mine", "tokens=1");
        TestBox.await(() -> box.berths.waiting("q") == 1, "the second call does not wait");
        assertThat(box.berths.inFlight("one")).isEqualTo(1);
        assertThat(queue().waitingByDepartment()).containsEntry("Research", 1);

        assertThat(within(second).statusCode()).isEqualTo(200);
        assertThat(within(first).statusCode()).isEqualTo(200);
        assertThat(queue().interactiveWaits().seconds()).isGreaterThan(0.1);
    }

    @Test
    void clientThatLeavesWhileItWaitsGivesItsTurnBackAtOnce() throws Exception {
        places(1, 8, 8);
        CompletableFuture<HttpResponse<String>> first = call(patient, "mine", "tokens=200 token-ms=20");
        TestBox.await(() -> box.berths.inFlight("one") == 1, "the call is not there");
        int asked = box.engine.ledger().entries().size();
        try (RawClient client = new RawClient(box)) {
            client.post(patient, CHAT, "left-in-line", chat("mine", "tokens=1", ",\"stream\":true"));
            TestBox.await(() -> box.berths.waiting("q") == 1, "the call does not wait");
        }
        TestBox.await(() -> box.berths.waiting("q") == 0, "the call waits without a client");
        assertThat(queue().served()).as("the first call goes on").isEqualTo(1);
        assertThat(queue().gaveUp()).isPositive();
        assertThat(first.isDone()).isFalse();
        CallRecord row = box.row("left-in-line");
        assertThat(row.outcome()).isEqualTo(Outcome.CLIENT_GONE);
        assertThat(row.usage()).isEqualTo(Usage.NOTHING);
        within(first);
        assertThat(box.engine.ledger().entries()).as("the engine heard of the first call alone")
                .hasSizeLessThanOrEqualTo(asked + 1);
    }

    @Test
    void callThatMayNotWaitIsToldAtOnceWhenToComeBack() throws Exception {
        places(1, 8, 8);
        for (int i = 0; i < 3; i++) {
            assertThat(within(call(patient, "mine", "tokens=2 first-token-ms=2500")).statusCode()).isEqualTo(200);
        }
        CompletableFuture<HttpResponse<String>> first = busy();
        assertBusy(box.post(hasty, CHAT, chat("mine", "tokens=1", "")), 2, 3);
        assertThat(queue().turnedAway()).containsKey(Entry.Why.TOO_LATE);
        within(first);
    }

    @Test
    void waitEndsWithThePolicysPatience() throws Exception {
        places(1, 8, 8);
        CompletableFuture<HttpResponse<String>> first = busy();
        HttpResponse<String> reply = within(call(key("brief", Duration.ofMillis(80)), "mine", "tokens=1"));
        // Nobody could tell that it would take longer, or it was told so at once.
        assertBusy(reply, 1, 3);
        assertThat(first.isDone()).isFalse();
        within(first);
    }

    @Test
    void fullQueueTurnsCallsAway() throws Exception {
        places(1, 2, 2);
        List<CompletableFuture<HttpResponse<String>>> calls = new ArrayList<>(List.of(busy()));
        for (int i = 1; i <= 2; i++) {
            calls.add(call(patient, "mine", "tokens=1"));
            int waiting = i;
            TestBox.await(() -> box.berths.waiting("q") == waiting, "the call does not wait");
        }
        HttpResponse<String> reply = box.post(patient, CHAT, chat("mine", "tokens=1", ""));
        assertBusy(reply, 1, 4);
        assertThat(reply.body()).contains("as many calls wait for it as may");
        assertThat(box.lastRow().outcome()).isEqualTo(Outcome.FAILED);
        assertThat(box.lastRow().errorCode()).isEqualTo("model_busy");
        for (CompletableFuture<HttpResponse<String>> call : calls) {
            assertThat(within(call).statusCode()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokens=3", "fault=cut after=1", "fault=status-500", "fault=status-429 retry-after=1",
            "fault=empty-200", "fault=bad-json", "fault=redirect"})
    void turnIsGivenBackHoweverTheCallEnds(String how) {
        places(1, 8, 8);
        for (String more : List.of("", ",\"stream\":true")) {
            try (RawClient client = new RawClient(box)) {
                client.post(patient, CHAT, "ends-" + how.replace(' ', '-') + more.length(), chat("mine", how, more));
                box.row("ends-" + how.replace(' ', '-') + more.length());
            }
            assertNobodyServed();
            box.everybodyIsWell();
        }
        assertThat(box.post(patient, CHAT, chat("mine", "tokens=1", "")).statusCode()).isEqualTo(200);
    }

    @Test
    void turnIsGivenBackWhenTheClientLeavesInTheMiddle() {
        places(1, 8, 8);
        try (RawClient client = new RawClient(box)) {
            client.post(patient, CHAT, "left-in-the-middle", chat("mine", ENDLESS, ",\"stream\":true"));
            TestBox.await(() -> box.berths.inFlight("one") == 1, "the call is not there");
        }
        assertThat(box.row("left-in-the-middle").outcome()).isEqualTo(Outcome.CLIENT_GONE);
        assertNobodyServed();
    }

    @Test
    void turnIsGivenBackWhenAQuotaEndsTheCall() throws Exception {
        places(1, 8, 8);
        String poor = key("poor", Duration.ofSeconds(30),
                new Limit(UUID.randomUUID(), TestBox.keyScope("poor"), Limit.Kind.TOTAL_OUTPUT_TOKENS, 20));
        within(CompletableFuture.supplyAsync(() -> box.post(poor, CHAT, chat("mine", SLOW, ",\"stream\":true"))));
        assertThat(box.lastRow().outcome()).isEqualTo(Outcome.CUT_BY_QUOTA);
        assertNobodyServed();
    }

    @Test
    void turnIsGivenBackWhenTheBoxItselfFails() throws Exception {
        places(1, 8, 8);
        box.writeFails = true;
        try {
            within(CompletableFuture.supplyAsync(() -> box.post(patient, CHAT, chat("mine", "tokens=1", ""))));
        } finally {
            box.writeFails = false;
        }
        assertNobodyServed();
        assertThat(box.post(patient, CHAT, chat("mine", "tokens=1", "")).statusCode()).isEqualTo(200);
    }

    @Test
    void turnIsGivenBackWhenTheCallCannotBePutToTheEngine() throws Exception {
        places(1, 8, 8);
        box.model("odd", box.upstream("odd", Upstream.Kind.VERTEX, "deployment:q", null, true), "engine-model",
                ModelRoute.Tokenizer.UNKNOWN);
        HttpResponse<String> reply = within(call(patient, "odd", "tokens=1"));
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(502);
        assertThat(reply.body()).contains("cannot be asked");
        assertNobodyServed();
    }

    @Test
    void turnIsGivenBackWhenNoEngineCanBeReached() throws Exception {
        box.engines.set("q", new Standing.Ready(List.of(dead()), QueueTerms.of(1, 8, 8)));
        assertThat(within(call(hasty, "mine", "tokens=1")).statusCode()).isEqualTo(503);
        assertNobodyServed();
        box.engines.unreachable.clear();
        box.engines.wanted.clear();
    }

    @Test
    void fullQueueSendsCallsToTheNextTargetAndSaysNothingOfTheEnginesHealth() throws Exception {
        places(1, 0, 0);
        CompletableFuture<HttpResponse<String>> first = busy();
        for (int i = 0; i < 10; i++) {
            HttpResponse<String> reply = box.post(patient, CHAT, chat("either", "tokens=1", ""));
            assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
            assertThat(box.lastRow().upstream()).isEqualTo("cloud");
            assertThat(box.lastRow().attempts()).extracting(CallAttempt::cause).containsExactly("overloaded");
        }
        within(first);
        assertThat(box.post(patient, CHAT, chat("either", "tokens=1", "")).statusCode()).isEqualTo(200);
        assertThat(box.lastRow().upstream()).as("there is room again").isEqualTo("fleet");
    }

    @Test
    void callThatWaitsTooLongForItsFirstByteGoesOnToTheNextTarget() throws Exception {
        places(1, 8, 8);
        CompletableFuture<HttpResponse<String>> first = call(patient, "mine", "tokens=200 token-ms=20");
        TestBox.await(() -> box.berths.inFlight("one") == 1, "the call is not there");
        assertThat(within(call(patient, "impatient", "tokens=1")).statusCode()).isEqualTo(200);
        assertThat(first.isDone()).isFalse();
        assertThat(box.lastRow().upstream()).isEqualTo("cloud");
        within(first);
    }

    @Test
    void callThatHadItsTurnAfterAWaitHasItsTimeFromThen() throws Exception {
        places(1, 8, 8);
        CompletableFuture<HttpResponse<String>> first = call(patient, "mine", "tokens=60 token-ms=10");
        TestBox.await(() -> box.berths.inFlight("one") == 1, "the call is not there");
        HttpResponse<String> reply = within(call(patient, "impatient", "tokens=1 first-token-ms=700"));
        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(box.rows).filteredOn(row -> "impatient".equals(row.modelAsked())).last()
                .satisfies(row -> assertThat(row.upstream()).isEqualTo("fleet"));
        within(first);
    }

    @Test
    void callThatWaitsHearsOfMorePlacesAndOfTheEnd() throws Exception {
        places(1, 8, 8);
        CompletableFuture<HttpResponse<String>> first = busy();
        CompletableFuture<HttpResponse<String>> second = call(patient, "mine", "tokens=1");
        TestBox.await(() -> box.berths.waiting("q") == 1, "the call does not wait");
        places(2, 8, 8);
        assertThat(within(second).statusCode()).isEqualTo(200);
        assertThat(first.isDone()).isFalse();

        places(1, 8, 8);
        CompletableFuture<HttpResponse<String>> third = call(patient, "mine", "tokens=1");
        TestBox.await(() -> box.berths.waiting("q") == 1, "the call does not wait");
        box.engines.set("q", new Standing.Refused("was stopped by an administrator"));
        assertThat(within(third).body()).contains("was stopped by an administrator");
        within(first);
    }

    @Test
    void clientMayStepBackAndTheEngineHearsOfItToo() throws Exception {
        box.engines.set("q", new Standing.Ready(
                List.of(new Instance("one", box.engine.uri() + "/v1", null, true, 0)), QueueTerms.of(1, 8, 8)));
        CompletableFuture<HttpResponse<String>> first = busy();
        CompletableFuture<HttpResponse<String>> back = CompletableFuture.supplyAsync(() -> box.send(HttpRequest
                .newBuilder(box.uri(CHAT)).header("authorization", "Bearer " + patient)
                .header("content-type", "application/json").header("x-gatehouse-class", "batch")
                .POST(HttpRequest.BodyPublishers.ofString(chat("mine", "tokens=2", ""))).build()));
        TestBox.await(() -> queue().waitingBatch() == 1, "the call does not wait");
        CompletableFuture<HttpResponse<String>> later = call(patient, "mine", "tokens=3");
        TestBox.await(() -> box.berths.waiting("q") == 2, "the call does not wait");
        within(first);
        within(back);
        within(later);
        List<LedgerEntry> seen = box.engine.ledger().entries();
        assertThat(seen.get(seen.size() - 2).priority()).isNull();
        assertThat(seen.getLast().priority()).as("behind the latest that policies give interactive calls")
                .isGreaterThan(EngineTerms.LAST);
    }

    private void assertNobodyServed() {
        TestBox.await(() -> queue().served() == 0 && queue().waiting() == 0, "a turn was not given back");
    }

    private static void assertBusy(HttpResponse<String> reply, int least, int most) {
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(429);
        assertThat(reply.body()).contains("model_busy").contains("The model 'mine' is busy");
        assertThat(reply.headers().firstValueAsLong("retry-after").orElse(0)).isBetween((long) least, (long) most);
        assertThat(reply.headers().firstValue("x-should-retry")).isEmpty();
    }

    private QueueView queue() {
        QueueView view = box.berths.queues().get("q");
        if (view == null) {
            throw new AssertionError("no call has come yet");
        }
        return view;
    }

    private void places(int places, int waiting, int waitingOfOne) {
        box.engines.set("q", new Standing.Ready(List.of(new Instance("one", box.engine.uri() + "/v1", null, false, 0)),
                QueueTerms.of(places, waiting, waitingOfOne)));
    }

    /** A call that is at the engine for a second. */
    private CompletableFuture<HttpResponse<String>> busy() {
        CompletableFuture<HttpResponse<String>> call = call(patient, "mine", SLOW);
        TestBox.await(() -> box.berths.inFlight("one") == 1, "the call is not there");
        return call;
    }

    private CompletableFuture<HttpResponse<String>> call(String key, String model, String directive) {
        return CompletableFuture.supplyAsync(() -> box.post(key, CHAT, chat(model, directive, "")));
    }

    private static <T> T within(CompletableFuture<T> call) throws Exception {
        return call.get(10, TimeUnit.SECONDS);
    }

    private static String chat(String model, String directive, String more) {
        return TestBox.chat(model, "[[sim " + directive + "]]", more);
    }

    private String key(String name, Duration wait, Limit... limits) {
        return box.key(name, key -> new KeyRecord(key.id(), key.name(), key.organisationId(), key.departmentId(),
                key.departmentName(), key.projectId(), key.projectName(), key.owner(), key.ownerName(), key.state(),
                key.expiresAt(), key.models(), key.surfaces(), key.addresses(), List.of(limits), key.budgets(),
                key.recording(), key.recordingDays(),
                new EngineTerms(0, EngineTerms.PrefixCache.DEPARTMENT, wait)));
    }

    private static Instance dead() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new Instance("one", "http://127.0.0.1:" + socket.getLocalPort() + "/v1", null, false, 0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
