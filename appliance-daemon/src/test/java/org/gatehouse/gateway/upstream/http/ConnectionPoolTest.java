package org.gatehouse.gateway.upstream.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gatehouse.gateway.upstream.http.Calls.RELAXED;
import static org.gatehouse.gateway.upstream.http.Calls.failure;
import static org.gatehouse.gateway.upstream.http.Calls.get;
import static org.gatehouse.gateway.upstream.http.Calls.post;
import static org.gatehouse.gateway.upstream.http.Calls.text;

class ConnectionPoolTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private final ManualClock clock = new ManualClock();
    private final UpstreamClient client = new UpstreamClient(clock, InetAddress::getAllByName, Duration.ofMillis(2));

    @AfterEach
    void nothingIsLeftInUse() throws InterruptedException {
        Calls.assertNothingInUse(client);
        client.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST"})
    void requestOnAConnectionThatDiesUnderItIsSentOnceMore(String method) throws Exception {
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            peer.readRequest();
            peer.send(OK);
            if (peer.number() > 1) {
                peer.awaitClose();
            }
            // Read and dropped: to the client the connection looked alive when it wrote.
            peer.readRequest();
        })) {
            UpstreamRequest request = new UpstreamRequest(method, "/", RequestHeaders.NONE, List.of());
            assertThat(text(client, server.endpoint(), request)).isEqualTo("ok");
            assertThat(text(client, server.endpoint(), request)).isEqualTo("ok");

            assertThat(server.requests()).isEqualTo(3);
            assertThat(client.figures(server.endpoint())).isEqualTo(new PoolFigures(1, 1, 0, 0, 2, 1));
        }
    }

    @Test
    void requestIsSentOnceMoreAndNotTwice() throws Exception {
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            peer.readRequest();
            if (peer.number() == 1) {
                peer.send(OK);
                peer.readRequest();
            }
        })) {
            assertThat(text(client, server.endpoint(), post("/", "x"))).isEqualTo("ok");
            assertThat(failure(client.newCall(server.endpoint(), post("/", "x"), RELAXED)))
                    .isInstanceOfSatisfying(UpstreamFailure.Cut.class,
                            cut -> assertThat(cut.beforeFirstByte()).isTrue());
            assertThat(server.requests()).isEqualTo(3);
        }
    }

    @Test
    void requestOnAFreshConnectionIsNotRepeated() throws Exception {
        try (ScriptedServer server = ScriptedServer.running(ScriptedServer.Peer::readRequest)) {
            assertThat(failure(client.newCall(server.endpoint(), get("/"), RELAXED)))
                    .isInstanceOf(UpstreamFailure.Cut.class);
            assertThat(server.requests()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"H", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
            "HTTP/1.1 100 Continue\r\n\r\n"})
    void nothingIsRepeatedOnceAByteOfTheReplyHasArrived(String begin) throws Exception {
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            peer.readRequest();
            peer.send(OK);
            peer.readRequest();
            peer.send(begin);
        })) {
            assertThat(text(client, server.endpoint(), post("/", "x"))).isEqualTo("ok");
            assertThat(failure(client.newCall(server.endpoint(), post("/", "x"), RELAXED)))
                    .isInstanceOfSatisfying(UpstreamFailure.Cut.class,
                            cut -> assertThat(cut.beforeFirstByte()).isFalse());
            assertThat(server.requests()).isEqualTo(2);
        }
    }

    @Test
    void failedSecondAttemptStillSaysThatTheFirstMayHaveArrived() throws Exception {
        CompletableFuture<ScriptedServer> itself = new CompletableFuture<>();
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            peer.readRequest();
            peer.send(OK);
            peer.readRequest();
            itself.join().stopListening();
        })) {
            itself.complete(server);
            assertThat(text(client, server.endpoint(), post("/", "x"))).isEqualTo("ok");
            assertThat(failure(client.newCall(server.endpoint(), post("/", "x"), RELAXED)))
                    .isInstanceOfSatisfying(UpstreamFailure.Cut.class, cut -> {
                        assertThat(cut.nothingSent()).isFalse();
                        assertThat(cut.detail()).contains("No connection to an upstream");
                    });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "surprise"})
    void connectionThatWasClosedOrSpokeWhileIdleIsNotUsedAgain(String unasked) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            peer.readRequest();
            peer.send(OK);
            if (peer.number() == 1) {
                Thread.sleep(20);
                peer.send(unasked);
                done.complete(null);
                if (unasked.isEmpty()) {
                    return;
                }
            }
            peer.awaitClose();
        })) {
            assertThat(text(client, server.endpoint(), get("/"))).isEqualTo("ok");
            done.join();
            Thread.sleep(50);
            assertThat(text(client, server.endpoint(), get("/"))).isEqualTo("ok");

            assertThat(server.requests()).as("the dead connection was noticed before a request was lost on it")
                    .isEqualTo(2);
            assertThat(client.figures(server.endpoint())).isEqualTo(new PoolFigures(1, 1, 0, 0, 2, 0));
        }
    }

    @Test
    void connectionsBeyondTheBoundAreWaitedForInOrder() throws Exception {
        Semaphore replies = new Semaphore(0);
        AtomicInteger inFlight = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            while (peer.readRequest() != null) {
                most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
                replies.acquire();
                inFlight.decrementAndGet();
                peer.send(OK);
            }
        })) {
            Endpoint endpoint = server.endpoint().withMaxConnections(3);
            List<CompletableFuture<String>> calls = new ArrayList<>();
            for (int number = 0; number < 10; number++) {
                calls.add(Calls.inBackground(() -> text(client, endpoint, get("/"))));
            }
            eventually(() -> client.figures(endpoint).waiting() == 7);
            replies.release(10);
            for (CompletableFuture<String> call : calls) {
                assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo("ok");
            }
            assertThat(most.get()).isLessThanOrEqualTo(3);
            assertThat(client.figures(endpoint).openedTotal()).isEqualTo(3);
        }
    }

    @Test
    void waitForAConnectionEndsAtTheConnectDeadline() throws Exception {
        try (ScriptedServer server = ScriptedServer.running(ScriptedServer.Peer::awaitClose)) {
            Endpoint endpoint = server.endpoint().withMaxConnections(1);
            UpstreamCall holder = client.newCall(endpoint, get("/"), RELAXED);
            CompletableFuture<UpstreamFailure> held = Calls.inBackground(() -> failure(holder));
            eventually(() -> client.figures(endpoint).inUse() == 1);
            CompletableFuture<UpstreamFailure> waiting = Calls
                    .inBackground(() -> failure(client.newCall(endpoint, get("/"),
                            new Deadlines(Duration.ofSeconds(2), Duration.ofSeconds(9), Duration.ofSeconds(9),
                                    Duration.ofSeconds(9)))));
            eventually(() -> client.figures(endpoint).waiting() == 1);

            clock.advance(Duration.ofSeconds(2));

            assertThat(waiting.get(10, TimeUnit.SECONDS)).isEqualTo(
                    new UpstreamFailure.PoolExhausted(endpoint.toString(), Duration.ofSeconds(2), 1));
            holder.abort(AbortCause.CLIENT_GONE);
            assertThat(held.get(10, TimeUnit.SECONDS)).isInstanceOf(UpstreamFailure.Aborted.class);
        }
    }

    @Test
    void queueForConnectionsIsBounded() throws Exception {
        try (ScriptedServer server = ScriptedServer.running(ScriptedServer.Peer::awaitClose)) {
            Endpoint endpoint = server.endpoint().withMaxConnections(1);
            List<UpstreamCall> calls = new ArrayList<>();
            List<CompletableFuture<UpstreamFailure>> failures = new ArrayList<>();
            for (int number = 0; number < 5; number++) {
                UpstreamCall call = client.newCall(endpoint, get("/"), RELAXED);
                calls.add(call);
                failures.add(Calls.inBackground(() -> failure(call)));
            }
            eventually(() -> client.figures(endpoint).waiting() == 4);

            assertThat(failure(client.newCall(endpoint, get("/"), RELAXED)))
                    .isEqualTo(new UpstreamFailure.PoolExhausted(endpoint.toString(), Duration.ZERO, 1));

            calls.forEach(call -> call.abort(AbortCause.CUT_OFF));
            for (CompletableFuture<UpstreamFailure> failure : failures) {
                assertThat(failure.get(10, TimeUnit.SECONDS)).isInstanceOf(UpstreamFailure.Aborted.class);
            }
        }
    }

    @Test
    void connectionThatRestedTooLongIsClosedAndAnotherOpened() throws Exception {
        try (ScriptedServer server = ScriptedServer.repeating(OK)) {
            Endpoint endpoint = server.endpoint().withMaxIdleAge(Duration.ofSeconds(3));
            assertThat(text(client, endpoint, get("/"))).isEqualTo("ok");
            clock.advance(Duration.ofSeconds(3));
            assertThat(text(client, endpoint, get("/"))).isEqualTo("ok");
            assertThat(server.connections()).isEqualTo(1);
            clock.advance(Duration.ofSeconds(3).plusNanos(1));
            eventually(() -> client.figures(endpoint).open() == 0);
            assertThat(text(client, endpoint, get("/"))).isEqualTo("ok");
            assertThat(server.connections()).isEqualTo(2);
        }
    }

    @Test
    void upstreamsOwnKeepAliveTimeShortensTheRest() throws Exception {
        try (ScriptedServer server = ScriptedServer
                .repeating("HTTP/1.1 200 OK\r\nKeep-Alive: max=100, timeout=2\r\nContent-Length: 2\r\n\r\nok")) {
            assertThat(text(client, server.endpoint(), get("/"))).isEqualTo("ok");
            clock.advance(Duration.ofMillis(1_501));
            eventually(() -> client.figures(server.endpoint()).open() == 0);
        }
    }

    @Test
    void lastConnectionGivenBackIsTheFirstTaken() throws Exception {
        Semaphore replies = new Semaphore(0);
        AtomicInteger last = new AtomicInteger();
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            while (peer.readRequest() != null) {
                last.set(peer.number());
                replies.acquire();
                peer.send(OK);
            }
        })) {
            List<CompletableFuture<String>> calls = new ArrayList<>();
            for (int number = 0; number < 3; number++) {
                calls.add(Calls.inBackground(() -> text(client, server.endpoint(), get("/"))));
                int expected = number + 1;
                eventually(() -> server.requests() == expected);
            }
            replies.release(3);
            calls.forEach(CompletableFuture::join);
            replies.release(20);
            assertThat(text(client, server.endpoint(), get("/"))).isEqualTo("ok");
            int favourite = last.get();
            for (int time = 0; time < 10; time++) {
                assertThat(text(client, server.endpoint(), get("/"))).isEqualTo("ok");
                assertThat(last.get()).isEqualTo(favourite);
            }
        }
    }

    @Test
    void forgottenEndpointKeepsNothing() throws Exception {
        Semaphore reply = new Semaphore(1);
        try (ScriptedServer server = ScriptedServer.running(peer -> {
            while (peer.readRequest() != null) {
                reply.acquire();
                peer.send(OK);
            }
        })) {
            assertThat(text(client, server.endpoint(), get("/"))).isEqualTo("ok");
            CompletableFuture<String> inFlight = Calls.inBackground(() -> text(client, server.endpoint(), get("/")));
            eventually(() -> server.requests() == 2);

            client.forget(server.endpoint());
            reply.release();

            assertThat(inFlight.get(10, TimeUnit.SECONDS)).isEqualTo("ok");
            assertThat(client.figures()).isEmpty();
        }
    }

    @Test
    void callsThatWaitAtAForgottenEndpointEndWithTheClient() throws Exception {
        try (ScriptedServer server = ScriptedServer.running(ScriptedServer.Peer::awaitClose)) {
            Endpoint endpoint = server.endpoint().withMaxConnections(1);
            CompletableFuture<UpstreamFailure> inFlight = Calls
                    .inBackground(() -> failure(client.newCall(endpoint, get("/"), RELAXED)));
            eventually(() -> client.figures(endpoint).inUse() == 1);
            CompletableFuture<UpstreamFailure> waiting = Calls
                    .inBackground(() -> failure(client.newCall(endpoint, get("/"), RELAXED)));
            eventually(() -> client.figures(endpoint).waiting() == 1);

            client.retain(Set.of());
            assertThat(client.figures()).isEmpty();
            client.close();

            assertThat(inFlight.get(10, TimeUnit.SECONDS)).isInstanceOf(UpstreamFailure.Aborted.class);
            assertThat(waiting.get(10, TimeUnit.SECONDS)).isInstanceOf(UpstreamFailure.Aborted.class);
        }
    }

    @Test
    void closedClientEndsCallsInFlightAndTakesNoMore() throws Exception {
        try (ScriptedServer server = ScriptedServer.running(ScriptedServer.Peer::awaitClose)) {
            Endpoint endpoint = server.endpoint().withMaxConnections(1);
            UpstreamCall early = client.newCall(endpoint, get("/"), RELAXED);
            CompletableFuture<UpstreamFailure> inFlight = Calls
                    .inBackground(() -> failure(client.newCall(endpoint, get("/"), RELAXED)));
            eventually(() -> client.figures(endpoint).inUse() == 1);
            CompletableFuture<UpstreamFailure> waiting = Calls
                    .inBackground(() -> failure(client.newCall(endpoint, get("/"), RELAXED)));
            eventually(() -> client.figures(endpoint).waiting() == 1);

            client.close();

            for (UpstreamFailure failure : List.of(inFlight.get(10, TimeUnit.SECONDS),
                    waiting.get(10, TimeUnit.SECONDS),
                    failure(early), failure(client.newCall(endpoint, get("/"), RELAXED)))) {
                assertThat(failure).isInstanceOfSatisfying(UpstreamFailure.Aborted.class,
                        aborted -> assertThat(aborted.cause()).isEqualTo(AbortCause.SHUTTING_DOWN));
            }
            assertThat(client.figures(endpoint).open()).isZero();
        }
    }

    @Test
    void endpointThatRefusesAndNameThatIsUnknownAreToldApart() throws IOException {
        Endpoint gone;
        try (ScriptedServer server = ScriptedServer.repeating(OK)) {
            gone = server.endpoint();
            server.stopListening();
        }
        NameLookup nobody = host -> {
            throw new UnknownHostException(host);
        };
        try (UpstreamClient lost = new UpstreamClient(System::nanoTime, nobody, Duration.ofMillis(25))) {
            assertThat(reason(failure(lost.newCall(Endpoint.parse("http://nowhere.example"), get("/"), RELAXED))))
                    .isEqualTo(UpstreamFailure.ConnectFailed.Reason.UNKNOWN_HOST);
        }
        assertThat(reason(failure(client.newCall(gone, get("/"), RELAXED))))
                .isEqualTo(UpstreamFailure.ConnectFailed.Reason.REFUSED);
    }

    @Test
    void addressThatRefusesLeadsToTheNextOne() throws Exception {
        NameLookup two = host -> new InetAddress[]{InetAddress.ofLiteral("127.0.0.99"),
                InetAddress.ofLiteral("127.0.0.1")};
        try (ScriptedServer server = ScriptedServer.repeating(OK);
                UpstreamClient other = new UpstreamClient(System::nanoTime, two, Duration.ofMillis(25))) {
            Endpoint endpoint = Endpoint.parse("http://two.example:" + server.port())
                    .withAddressPolicy(AddressPolicy.ANY);
            assertThat(text(other, endpoint, get("/"))).isEqualTo("ok");
        }
    }

    private static UpstreamFailure.ConnectFailed.Reason reason(UpstreamFailure failure) {
        assertThat(failure).isInstanceOf(UpstreamFailure.ConnectFailed.class);
        return ((UpstreamFailure.ConnectFailed) failure).reason();
    }

    static void eventually(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("it did not come about within 10 s").isLessThan(end);
            Thread.sleep(1);
        }
    }
}
