package org.gatehouse.gateway.upstream.http;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gatehouse.gateway.upstream.http.Calls.RELAXED;
import static org.gatehouse.gateway.upstream.http.Calls.failure;
import static org.gatehouse.gateway.upstream.http.Calls.get;
import static org.gatehouse.gateway.upstream.http.ConnectionPoolTest.eventually;

/** A call can be ended at any moment, and only that call. */
class AbortTest {
    private static final long RELEASED_WITHIN_MILLIS = 50;
    private static final int TRIES_ON_A_BUSY_MACHINE = 5;

    private final UpstreamClient client = new UpstreamClient();

    @AfterEach
    void nothingIsLeftInUse() throws InterruptedException {
        Calls.assertNothingInUse(client);
        client.close();
    }

    /** Runs until {@link #ready}, and would block for seconds. */
    private record Blocked(UpstreamCall call, Readiness ready) {
        interface Readiness {
            void await() throws InterruptedException;
        }
    }

    /** Makes a call that blocks in the phase under test. */
    private interface Phase {
        Blocked begin();
    }

    @Test
    void beforeItIsExecutedACallIsNotSentAtAll() throws Exception {
        try (ScriptedServer server = ScriptedServer.repeating("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) {
            UpstreamCall call = client.newCall(server.endpoint(), get("/"), RELAXED);
            call.abort(AbortCause.CLIENT_GONE);
            call.abort(AbortCause.CUT_OFF);

            assertThat(failure(call))
                    .isEqualTo(new UpstreamFailure.Aborted(server.endpoint().toString(), AbortCause.CLIENT_GONE,
                            Progress.NOTHING_SENT));
            assertThat(server.connections()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whileItWaitsForAConnection(boolean virtual) throws Exception {
        try (ScriptedServer server = ScriptedServer.running(ScriptedServer.Peer::awaitClose)) {
            Endpoint endpoint = server.endpoint().withMaxConnections(1);
            UpstreamCall holder = client.newCall(endpoint, get("/"), RELAXED);
            CompletableFuture<UpstreamFailure> held = Calls.inBackground(() -> failure(holder));
            eventually(() -> client.figures(endpoint).inUse() == 1);
            assertReleased(virtual, () -> new Blocked(client.newCall(endpoint, get("/"), RELAXED),
                    () -> eventually(() -> client.figures(endpoint).waiting() == 1)), Progress.NOTHING_SENT);
            holder.abort(AbortCause.CUT_OFF);
            held.get(10, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whileItsNameIsLookedUp(boolean virtual) throws Exception {
        StuckNames stuck = new StuckNames();
        try (UpstreamClient lost = new UpstreamClient(System::nanoTime, stuck, Duration.ofMillis(25))) {
            assertReleased(virtual,
                    () -> new Blocked(lost.newCall(Endpoint.parse("http://stuck.example"), get("/"), RELAXED),
                            stuck::awaitAsked),
                    Progress.NOTHING_SENT);
            Calls.assertNothingInUse(lost);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whileItConnects(boolean virtual) throws Exception {
        try (DeadlinesTest.FullListener full = new DeadlinesTest.FullListener()) {
            Endpoint endpoint = Endpoint.parse("http://127.0.0.1:" + full.port()).withAddressPolicy(AddressPolicy.ANY);
            assertReleased(virtual, () -> new Blocked(client.newCall(endpoint, get("/"), RELAXED), () -> {
                eventually(() -> client.figures(endpoint).inUse() == 1);
                Thread.sleep(20);
            }), Progress.NOTHING_SENT);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whileItShakesHands(boolean virtual) throws Exception {
        try (ScriptedServer server = ScriptedServer.running(ScriptedServer.Peer::awaitClose)) {
            Endpoint endpoint = Endpoint.parse("https://127.0.0.1:" + server.port())
                    .withAddressPolicy(AddressPolicy.ANY);
            assertReleased(virtual, () -> {
                int before = server.connections();
                return new Blocked(client.newCall(endpoint, get("/"), RELAXED), () -> {
                    eventually(() -> server.connections() == before + 1);
                    Thread.sleep(20);
                });
            }, Progress.NOTHING_SENT);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whileItSendsItsRequest(boolean virtual) throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        UpstreamRequest large = Calls.post("/", "x".repeat(16 << 20));
        try (ScriptedServer server = ScriptedServer.running(peer -> end.await())) {
            assertReleased(virtual, () -> {
                int before = server.connections();
                return new Blocked(client.newCall(server.endpoint(), large, RELAXED), () -> {
                    eventually(() -> server.connections() == before + 1);
                    Thread.sleep(20);
                });
            }, Progress.REQUEST_SENT);
            end.countDown();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whileItWaitsForTheHead(boolean virtual) throws Exception {
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            peer.readRequest();
            peer.awaitClose();
        })) {
            assertReleased(virtual, () -> {
                int before = server.requests();
                return new Blocked(client.newCall(server.endpoint(), get("/"), RELAXED),
                        () -> eventually(() -> server.requests() == before + 1));
            }, Progress.REQUEST_SENT);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whileItReadsTheBody(boolean virtual) throws Exception {
        AtomicInteger sent = new AtomicInteger();
        CountDownLatch closed = new CountDownLatch(1);
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            peer.readRequest();
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
            sent.incrementAndGet();
            peer.awaitClose();
            closed.countDown();
        })) {
            assertReleased(virtual, () -> {
                int before = sent.get();
                return new Blocked(client.newCall(server.endpoint(), get("/"), RELAXED), () -> {
                    eventually(() -> sent.get() == before + 1);
                    Thread.sleep(20);
                });
            }, Progress.REPLY_BEGUN);
            assertThat(closed.await(1, TimeUnit.SECONDS)).as("the upstream sees that the connection has gone").isTrue();
        }
    }

    @Test
    void interruptOfTheThreadIsAnAbortAndStaysOnTheThread() throws Exception {
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            peer.readRequest();
            peer.awaitClose();
        })) {
            CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
            CompletableFuture<UpstreamFailure> failure = new CompletableFuture<>();
            Thread thread = Thread.ofVirtual().start(() -> {
                try (UpstreamCall call = client.newCall(server.endpoint(), get("/"), RELAXED)) {
                    call.execute();
                } catch (UpstreamFailureException failed) {
                    interrupted.complete(Thread.currentThread().isInterrupted());
                    failure.complete(failed.failure());
                }
            });
            eventually(() -> server.requests() == 1);
            thread.interrupt();
            assertThat(failure.get(10, TimeUnit.SECONDS)).isInstanceOfSatisfying(UpstreamFailure.Aborted.class,
                    aborted -> assertThat(aborted.cause()).isEqualTo(AbortCause.INTERRUPTED));
            assertThat(interrupted.get()).isTrue();
        }
    }

    @Test
    void bytesThatHadArrivedBeforeTheAbortAreNotHandedOverAfterIt() throws Exception {
        try (ScriptedServer server = ScriptedServer
                .repeating("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789")) {
            Calls.onVirtualThread(() -> {
                UpstreamCall call = client.newCall(server.endpoint(), get("/"), RELAXED);
                UpstreamReply reply = call.execute();
                assertThat(reply.read(new byte[4], 0, 4)).isEqualTo(4);
                call.abort(AbortCause.CUT_OFF);
                for (int time = 0; time < 2; time++) {
                    assertThatThrownBy(() -> reply.read(new byte[4], 0, 4))
                            .isInstanceOf(UpstreamFailureException.class);
                }
                return true;
            });
            assertThat(client.figures(server.endpoint()).open()).isZero();
        }
    }

    @Test
    void callClosedInTheMiddleOfItsReplyClosesItsConnection() throws Exception {
        try (ScriptedServer server = ScriptedServer
                .repeating("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789")) {
            Calls.onVirtualThread(() -> {
                UpstreamCall call = client.newCall(server.endpoint(), get("/"), RELAXED);
                UpstreamReply reply = call.execute();
                call.close();
                call.close();
                assertThatThrownBy(() -> reply.read(new byte[4], 0, 4)).isInstanceOf(UpstreamFailureException.class);
                return true;
            });
            assertThat(client.figures(server.endpoint()).open()).isZero();
        }
    }

    @Test
    void abortAfterTheEndHitsNobody() throws Exception {
        CountDownLatch asked = new CountDownLatch(2);
        CountDownLatch answer = new CountDownLatch(1);
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            while (peer.readRequest() != null) {
                asked.countDown();
                if (asked.getCount() == 0) {
                    answer.await();
                }
                peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            }
        })) {
            UpstreamCall first = client.newCall(server.endpoint(), get("/"), RELAXED);
            assertThat(Calls.text(first)).isEqualTo("ok");
            CompletableFuture<String> second = Calls
                    .inBackground(() -> Calls.text(client.newCall(server.endpoint(), get("/"), RELAXED)));
            asked.await();
            first.abort(AbortCause.CLIENT_GONE);
            first.close();
            answer.countDown();
            assertThat(second.get(10, TimeUnit.SECONDS)).isEqualTo("ok");
            assertThat(server.connections()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no"})
    void abortAtWhateverLineTheCallingThreadIsIsHeard(String begunReply) throws Exception {
        int looks = 1;
        while (abortedAtLookNumber(looks, begunReply)) {
            looks++;
        }
        assertThat(looks).as("places at which the clock is looked at").isGreaterThan(3);
    }

    /** Uses the clock as the place to abort from; false when the call looked at it less often. */
    private static boolean abortedAtLookNumber(int number, String begunReply) throws Exception {
        ClockWithHook clock = new ClockWithHook();
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            peer.readRequest();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            peer.readRequest();
            peer.send(begunReply);
            peer.awaitClose();
        }); UpstreamClient hooked = new UpstreamClient(clock, InetAddress::getAllByName, Duration.ofMillis(25))) {
            assertThat(Calls.text(hooked, server.endpoint(), get("/"))).isEqualTo("ok");
            UpstreamCall call = hooked.newCall(server.endpoint(), get("/"), RELAXED);
            return Calls.onVirtualThread(() -> {
                clock.atLook(number, () -> call.abort(AbortCause.CLIENT_GONE));
                AtomicBoolean late = new AtomicBoolean();
                CompletableFuture.runAsync(() -> {
                    late.set(true);
                    call.abort(AbortCause.CUT_OFF);
                }, CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS));
                try (call) {
                    call.execute().readAll(10);
                    throw new AssertionError("the call did not fail");
                } catch (UpstreamFailureException failed) {
                    boolean fired = clock.fired();
                    assertThat(failed.failure()).isInstanceOfSatisfying(UpstreamFailure.Aborted.class,
                            aborted -> assertThat(aborted.cause())
                                    .isEqualTo(fired ? AbortCause.CLIENT_GONE : AbortCause.CUT_OFF));
                    assertThat(late.get()).as("released at once, at look %d", number).isEqualTo(!fired);
                    return fired;
                }
            });
        }
    }

    /** The real clock, which runs a task when one thread looks at it for the nth time. */
    private static final class ClockWithHook implements LongSupplier {
        private volatile @Nullable Thread watched;
        private int left;
        private Runnable hook = () -> {};

        void atLook(int number, Runnable task) {
            left = number;
            hook = task;
            watched = Thread.currentThread();
        }

        boolean fired() {
            return left <= 0;
        }

        @Override
        public long getAsLong() {
            if (Thread.currentThread().equals(watched) && --left == 0) {
                hook.run();
            }
            return System.nanoTime();
        }
    }

    @Test
    void abortsAtRandomMomentsNeverTouchAnotherCall() throws Exception {
        int workers = 24;
        int callsEach = 250;
        try (ScriptedServer server = ScriptedServer.running(AbortTest::echoOfTheRequestNumber)) {
            Endpoint endpoint = server.endpoint().withMaxConnections(12);
            ConcurrentLinkedQueue<UpstreamCall> victims = new ConcurrentLinkedQueue<>();
            AtomicInteger aborted = new AtomicInteger();
            List<CompletableFuture<Integer>> results = new ArrayList<>();
            for (int worker = 0; worker < workers; worker++) {
                int number = worker;
                results.add(Calls.inBackground(() -> callsWithAborts(endpoint, number, callsEach, victims, aborted)));
            }
            for (CompletableFuture<Integer> result : results) {
                assertThat(result.get(120, TimeUnit.SECONDS)).isEqualTo(callsEach);
            }
            // Long after their end, too.
            victims.forEach(call -> call.abort(AbortCause.CUT_OFF));
            assertThat(aborted.get()).as("some calls were hit in flight").isPositive();
            PoolFigures figures = client.figures(endpoint);
            assertThat(figures.reusedTotal()).as("connections were shared between calls").isGreaterThan(workers);
            assertThat(figures.open()).isEqualTo(figures.idle());
        }
    }

    private int callsWithAborts(Endpoint endpoint, int worker, int calls, ConcurrentLinkedQueue<UpstreamCall> victims,
            AtomicInteger aborted) throws Exception {
        Random random = new Random(worker);
        for (int number = 0; number < calls; number++) {
            String id = worker + "-" + number;
            UpstreamCall call = client.newCall(endpoint, get("/" + id), RELAXED);
            boolean victim = random.nextInt(3) == 0;
            if (victim) {
                long delay = random.nextInt(400_000);
                Thread.ofVirtual().start(() -> {
                    LockSupport.parkNanos(delay);
                    call.abort(AbortCause.CLIENT_GONE);
                });
                victims.add(call);
            } else if (random.nextInt(4) == 0) {
                // An abort of a call that is over or nearly so, while its connection serves the next one.
                UpstreamCall old = victims.poll();
                if (old != null) {
                    old.abort(AbortCause.CUT_OFF);
                }
            }
            try (call) {
                assertThat(new String(call.execute().readAll(10_000), UTF_8)).isEqualTo(("/" + id + "\n").repeat(20));
            } catch (UpstreamFailureException failed) {
                assertThat(victim).as("call %s was not aborted but failed: %s", id, failed.getMessage()).isTrue();
                assertThat(failed.failure()).isInstanceOf(UpstreamFailure.Aborted.class);
                aborted.incrementAndGet();
            }
        }
        return calls;
    }

    private static void echoOfTheRequestNumber(ScriptedServer.Peer peer) throws IOException {
        for (String request = peer.readRequest(); request != null; request = peer.readRequest()) {
            String line = request.substring(4, request.indexOf(' ', 4)) + "\n";
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int part = 0; part < 4; part++) {
                peer.send(Integer.toHexString(line.length() * 5) + "\r\n" + line.repeat(5) + "\r\n");
            }
            peer.send("0\r\n\r\n");
        }
    }

    private void assertReleased(boolean virtual, Phase phase, Progress progress) throws Exception {
        long[] millis = new long[TRIES_ON_A_BUSY_MACHINE];
        for (int time = 0; time < millis.length; time++) {
            Blocked blocked = phase.begin();
            CompletableFuture<Long> released = new CompletableFuture<>();
            CompletableFuture<UpstreamFailure> failure = new CompletableFuture<>();
            Thread.Builder builder = virtual ? Thread.ofVirtual() : Thread.ofPlatform().daemon();
            builder.start(() -> {
                try {
                    blocked.call().execute().readAll(1 << 20);
                    failure.completeExceptionally(new AssertionError("the call did not fail"));
                } catch (UpstreamFailureException failed) {
                    released.complete(System.nanoTime());
                    failure.complete(failed.failure());
                }
            });
            blocked.ready().await();
            assertThat(failure).isNotDone();
            long begin = System.nanoTime();
            blocked.call().abort(AbortCause.CLIENT_GONE);
            assertThat(failure.get(10, TimeUnit.SECONDS)).isInstanceOfSatisfying(UpstreamFailure.Aborted.class,
                    aborted -> {
                        assertThat(aborted.cause()).isEqualTo(AbortCause.CLIENT_GONE);
                        assertThat(aborted.progress()).isEqualTo(progress);
                    });
            millis[time] = TimeUnit.NANOSECONDS.toMillis(released.get() - begin);
            if (millis[time] < RELEASED_WITHIN_MILLIS) {
                return;
            }
        }
        assertThat(Arrays.stream(millis).min().orElseThrow()).isLessThan(RELEASED_WITHIN_MILLIS);
    }
}
