package org.gatehouse.gateway;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.upstream.LocalEngines.Instance;
import org.gatehouse.gateway.upstream.LocalEngines.Standing;
import org.gatehouse.governance.snapshot.EngineTerms;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.simulated.Options;
import org.gatehouse.simulated.SimulatedServer;

import static org.assertj.core.api.Assertions.assertThat;

/** Calls to engines that come and go: which one serves, who waits, and what the others are told. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeploymentsTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final Duration SOON = Duration.ofSeconds(3);

    private final TestBox box = new TestBox();
    private final SimulatedServer other = SimulatedServer
            .start(Options.forModel("sim/other").withServedModelNames("engine-model"));
    private final AtomicInteger names = new AtomicInteger();
    private final String hasty = keyThatWaits(Duration.ZERO);
    private final String patient = keyThatWaits(Duration.ofSeconds(30));

    DeploymentsTest() {
        box.model("mine", box.upstream("fleet", Upstream.Kind.VLLM, "deployment:d", null, true), "engine-model",
                ModelRoute.Tokenizer.ENGINE);
    }

    @AfterEach
    void nothingIsLeftBehind() {
        box.assertNothingHeld();
        assertThat(box.berths.waiting("d")).isZero();
        for (String instance : List.of("one", "two", "dead", "dead-too")) {
            TestBox.await(() -> box.berths.inFlight(instance) == 0, "a berth was not given back");
        }
        assertThat(box.engines.watchers).isEmpty();
        box.engines.wanted.clear();
        box.engines.unreachable.clear();
    }

    @AfterAll
    void close() {
        box.close();
        other.close();
    }

    @Test
    void callGoesToTheInstanceWithTheLeastToDoAndTheRowNamesIt() {
        box.engines.set("d", new Standing.Ready(List.of(one(5), two(2))));
        HttpResponse<String> reply = box.post(hasty, CHAT, chat(""));

        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        assertThat(reply.headers().firstValue("x-gatehouse-upstream")).contains("fleet");
        assertThat(box.lastRow().upstream()).isEqualTo("fleet");
        assertThat(box.lastRow().instance()).isEqualTo("two");
    }

    @Test
    void whatIsInFlightFromHereCountsBeforeTheEngineSaysSo() {
        box.engines.set("d", new Standing.Ready(List.of(one(0), two(0))));
        List<CompletableFuture<String>> calls = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            int before = i;
            calls.add(CompletableFuture
                    .supplyAsync(() -> box.post(hasty, CHAT, chat("tokens=60 token-ms=10")).body()));
            TestBox.await(() -> box.berths.inFlight("one") + box.berths.inFlight("two") == before + 1, "no berth");
        }
        assertThat(box.berths.inFlight("one")).isEqualTo(3);
        assertThat(box.berths.inFlight("two")).isEqualTo(3);
        calls.forEach(CompletableFuture::join);
    }

    @Test
    void instanceThatTakesNoMoreCallsIsPassedOverAndOneThatDoesIsLeftAgainAfterTheCall() {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger entered = new AtomicInteger();
        Instance idle = one(0);
        Instance busy = two(5);
        box.engines.set("d", new Standing.Ready(List.of(
                new Instance(idle.name(), idle.baseUrl(), null, false, idle.load(), () -> null),
                new Instance(busy.name(), busy.baseUrl(), null, false, busy.load(), () -> {
                    entered.incrementAndGet();
                    inside.incrementAndGet();
                    return inside::decrementAndGet;
                }))));

        assertThat(box.post(hasty, CHAT, chat("")).statusCode()).isEqualTo(200);

        assertThat(box.lastRow().instance()).isEqualTo("two");
        assertThat(entered).hasValue(1);
        TestBox.await(() -> inside.get() == 0, "the call has not left the engine");
    }

    @Test
    void instanceThatDiedBetweenChoiceAndConnectIsPassedOver() {
        box.engines.set("d", new Standing.Ready(List.of(dead("dead"), dead("dead-too"), one(9))));
        HttpResponse<String> reply = box.post(hasty, CHAT, chat(",stream"));

        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(200);
        assertThat(box.lastRow().instance()).isEqualTo("one");
        assertThat(box.lastRow().outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(box.engines.unreachable).containsExactlyInAnyOrder("dead", "dead-too");
    }

    @Test
    void instanceThatGotTheRequestIsNotPassedOver() {
        box.engines.set("d", new Standing.Ready(List.of(one(0), two(5))));
        HttpResponse<String> reply = box.post(hasty, CHAT, chat("fault=cut tokens=0"));

        assertThat(reply.statusCode()).isEqualTo(502);
        assertThat(box.lastRow().instance()).isEqualTo("one");
    }

    @Test
    void allInstancesGoneIsToldWithATimeToComeBack() {
        box.engines.set("d", new Standing.Ready(List.of(dead("dead"), dead("dead-too"))));
        HttpResponse<String> reply = box.post(hasty, CHAT, chat(""));
        assertRefused(reply, "1", "cannot be reached");

        box.engines.set("d", new Standing.Ready(List.of(dead("dead"))));
        box.engines.whenUnreachable("d", new Standing.Loading(Duration.ofSeconds(41)));
        assertRefused(box.post(hasty, CHAT, chat("")), "41", "is loading");
        assertThat(box.lastRow().usage()).isEqualTo(Usage.NOTHING);
    }

    @Test
    void modelThatLoadsIsToldAboutWithATrueRetryAfterInTheDialectsShape() {
        box.engines.set("d", new Standing.Loading(Duration.ofMillis(12_300)));
        HttpResponse<String> reply = box.post(hasty, CHAT, chat(""));

        assertRefused(reply, "13", "The model 'mine' is loading");
        assertThat(reply.body()).contains("\"error\":{").contains("\"code\":\"no_healthy_upstream\"");
        assertThat(box.engines.wanted).containsExactly("d");
    }

    @Test
    void modelThatSleepsIsWokenAndServesTheCallThatWoke() {
        box.engines.set("d", new Standing.Asleep(Duration.ofSeconds(2)));
        assertRefused(box.post(hasty, CHAT, chat("")), "2", "waking up");

        box.engines.whenWanted("d", new Standing.Ready(List.of(one(0))));
        assertThat(box.post(patient, CHAT, chat("")).statusCode()).isEqualTo(200);
    }

    @Test
    void deploymentThatDoesNotServeIsRefusedWithoutATimeToComeBack() {
        box.engines.set("d", new Standing.Refused("failed to start"));
        HttpResponse<String> reply = box.post(patient, CHAT, chat(""));

        assertThat(reply.statusCode()).isEqualTo(503);
        assertThat(reply.body()).contains("The model 'mine' failed to start");
        assertThat(reply.headers().firstValue("retry-after")).isEmpty();
    }

    @Test
    void callWaitsForALoadingModelAndIsServedWhenItIsReady() throws Exception {
        box.engines.set("d", new Standing.Loading(SOON));
        CompletableFuture<HttpResponse<String>> call = CompletableFuture
                .supplyAsync(() -> box.post(patient, CHAT, chat(",stream")));
        TestBox.await(() -> box.berths.waiting("d") == 1, "the call does not wait");
        assertThat(call.isDone()).isFalse();
        box.engines.set("d", new Standing.Loading(SOON));
        box.engines.set("d", new Standing.Ready(List.of(one(0))));

        assertThat(within(call).statusCode()).isEqualTo(200);
        assertThat(box.lastRow().instance()).isEqualTo("one");
    }

    @Test
    void callThatWaitsHearsWhenLoadingFails() throws Exception {
        box.engines.set("d", new Standing.Loading(SOON));
        CompletableFuture<HttpResponse<String>> call = CompletableFuture
                .supplyAsync(() -> box.post(patient, CHAT, chat("")));
        TestBox.await(() -> box.berths.waiting("d") == 1, "the call does not wait");
        box.engines.set("d", new Standing.Refused("failed to start"));

        assertThat(within(call).body()).contains("failed to start");
    }

    @Test
    void callThatMayNotWaitLongEnoughIsToldAtOnce() {
        box.engines.set("d", new Standing.Loading(Duration.ofMinutes(3)));
        assertRefused(box.post(patient, CHAT, chat("")), "180", "is loading");
    }

    @Test
    void waitEndsWithThePolicysPatience() {
        box.engines.set("d", new Standing.Loading(Duration.ofMillis(10)));
        assertRefused(box.post(keyThatWaits(Duration.ofMillis(60)), CHAT, chat("")), "1", "is loading");
        assertThat(box.lastRow().totalMicros()).isGreaterThanOrEqualTo(60_000);
    }

    @Test
    void queueBeforeALoadingModelIsBounded() throws Exception {
        box.engines.set("d", new Standing.Loading(SOON));
        List<CompletableFuture<HttpResponse<String>>> calls = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            calls.add(CompletableFuture.supplyAsync(() -> box.post(patient, CHAT, chat(""))));
        }
        TestBox.await(() -> box.berths.waiting("d") == 3, "the calls do not wait");
        assertRefused(box.post(patient, CHAT, chat("")), "3", "is loading");
        box.engines.set("d", new Standing.Ready(List.of(one(0), two(0))));
        for (CompletableFuture<HttpResponse<String>> call : calls) {
            assertThat(within(call).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void clientThatLeavesWhileItWaitsLeavesARowAndNothingElse() {
        Limit limit = TestBox.projectLimit(Limit.Kind.TOTAL_OUTPUT_TOKENS, 100_000);
        String key = key(Duration.ofSeconds(30), limit);
        box.engines.set("d", new Standing.Loading(SOON));
        int asked = box.engine.ledger().entries().size();
        try (RawClient client = new RawClient(box)) {
            client.post(key, CHAT, "left-waiting", chat(",stream"));
            TestBox.await(() -> box.berths.waiting("d") == 1, "the call does not wait");
        }
        CallRecord row = box.row("left-waiting");
        assertThat(row.outcome()).isEqualTo(Outcome.CLIENT_GONE);
        assertThat(row.usage()).isEqualTo(Usage.NOTHING);
        assertThat(row.totalMicros()).isLessThan(3_000_000);
        nothingIsLeftBehind();
        box.engines.set("d", new Standing.Ready(List.of(one(0))));
        assertThat(box.engine.ledger().entries()).hasSize(asked);
    }

    private static HttpResponse<String> within(CompletableFuture<HttpResponse<String>> call)
            throws InterruptedException, ExecutionException, TimeoutException {
        return call.get(10, TimeUnit.SECONDS);
    }

    private void assertRefused(HttpResponse<String> reply, String retryAfter, String why) {
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(503);
        assertThat(reply.body()).contains(why);
        assertThat(reply.headers().firstValue("retry-after")).contains(retryAfter);
        assertThat(box.lastRow().status()).isEqualTo(503);
    }

    private static String chat(String directive) {
        boolean stream = directive.startsWith(",stream");
        return TestBox.chat("mine", "[[sim tokens=3 " + (stream ? "" : directive) + "]]",
                stream ? ",\"stream\":true" : "").replace("tokens=3 tokens", "tokens")
                .replace("tokens=3 fault=cut tokens=0", "fault=cut after=1");
    }

    private String keyThatWaits(Duration wait) {
        return key(wait, null);
    }

    private String key(Duration wait, @Nullable Limit limit) {
        return box.key("waits-" + names.incrementAndGet(), key -> new KeyRecord(key.id(), key.name(),
                key.organisationId(), key.departmentId(), key.departmentName(), key.projectId(), key.projectName(),
                key.owner(), key.ownerName(), key.state(), key.expiresAt(), key.models(), key.surfaces(),
                key.addresses(), limit == null ? List.of() : List.of(limit), key.budgets(), key.recording(),
                key.recordingDays(), new EngineTerms(0, EngineTerms.PrefixCache.DEPARTMENT, wait)));
    }

    private Instance one(int load) {
        return new Instance("one", box.engine.uri() + "/v1", null, false, load);
    }

    private Instance two(int load) {
        return new Instance("two", other.uri() + "/v1", null, false, load);
    }

    /** Nothing listens there any more. */
    private static Instance dead(String name) {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new Instance(name, "http://127.0.0.1:" + socket.getLocalPort() + "/v1", null, false, 0);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
