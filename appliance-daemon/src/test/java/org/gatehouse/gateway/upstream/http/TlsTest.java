package org.gatehouse.gateway.upstream.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.net.ssl.SSLServerSocket;

import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.operator.OperatorCreationException;
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

class TlsTest {
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private static final GeneralName LOCALHOST = new GeneralName(GeneralName.dNSName, "localhost");

    private final Instant tomorrow = Instant.now().plus(1, ChronoUnit.DAYS);
    private final UpstreamClient client = new UpstreamClient();

    @AfterEach
    void nothingIsLeftInUse() throws InterruptedException {
        Calls.assertNothingInUse(client);
        client.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void addedAuthorityIsTrustedAndItsConnectionKept(String version) throws Exception {
        TestAuthority authority = new TestAuthority();
        SSLServerSocket listener = authority.listener(LOCALHOST, tomorrow);
        listener.setEnabledProtocols(new String[]{version});
        String large = "x".repeat(100_000);
        try (ScriptedServer server = ScriptedServer.runningTls(listener, peer -> {
            for (String request = peer.readRequest(); request != null; request = peer.readRequest()) {
                peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + large.length() + "\r\n\r\n" + large);
            }
        })) {
            Endpoint endpoint = server.endpoint().withExtraTrust(authority.pem());
            for (int time = 0; time < 3; time++) {
                assertThat(text(client, endpoint, post("/", large))).isEqualTo(large);
            }
            assertThat(client.figures(endpoint)).isEqualTo(new PoolFigures(1, 1, 0, 0, 1, 2));
        }
    }

    @Test
    void sessionIsResumedByTheNextConnection() throws Exception {
        TestAuthority authority = new TestAuthority();
        SSLServerSocket listener = authority.listener(LOCALHOST, tomorrow);
        // Only TLS 1.2 shows the server the same session id again.
        listener.setEnabledProtocols(new String[]{"TLSv1.2"});
        List<Long> sessionsMade = new CopyOnWriteArrayList<>();
        try (ScriptedServer server = ScriptedServer.runningTls(listener, peer -> {
            peer.readRequest();
            sessionsMade.add(peer.tls().getSession().getCreationTime());
            Thread.sleep(5);
            peer.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
        })) {
            Endpoint endpoint = server.endpoint().withExtraTrust(authority.pem());
            for (int time = 0; time < 3; time++) {
                assertThat(text(client, endpoint, get("/"))).isEqualTo("ok");
            }
        }
        assertThat(sessionsMade).hasSize(3).containsOnly(sessionsMade.getFirst());
    }

    @Test
    void authorityThatNobodyAddedIsRefused() throws Exception {
        try (ScriptedServer server = ScriptedServer.runningTls(new TestAuthority().listener(LOCALHOST, tomorrow),
                peer -> {
                    peer.readRequest();
                    peer.send(OK);
                })) {
            assertTlsFails(server.endpoint());
            assertTlsFails(server.endpoint().withExtraTrust(new TestAuthority().pem()));
        }
    }

    @Test
    void certificateForAnotherHostIsRefused() throws Exception {
        TestAuthority authority = new TestAuthority();
        SSLServerSocket listener = authority.listener(new GeneralName(GeneralName.dNSName, "other.example"), tomorrow);
        try (ScriptedServer server = ScriptedServer.runningTls(listener, peer -> {
            peer.readRequest();
            peer.send(OK);
        })) {
            assertTlsFails(server.endpoint().withExtraTrust(authority.pem()));
            assertTlsFails(Endpoint.parse("https://127.0.0.1:" + server.port()).withAddressPolicy(AddressPolicy.ANY)
                    .withExtraTrust(authority.pem()));
        }
    }

    @Test
    void certificateForAnAddressFitsThatAddress() throws Exception {
        TestAuthority authority = new TestAuthority();
        try (ScriptedServer server = ScriptedServer
                .runningTls(authority.listener(new GeneralName(GeneralName.iPAddress, "127.0.0.1"), tomorrow), peer -> {
                    peer.readRequest();
                    peer.send(OK);
                })) {
            assertThat(text(client,
                    Endpoint.parse("https://127.0.0.1:" + server.port()).withAddressPolicy(AddressPolicy.ANY)
                            .withExtraTrust(authority.pem()),
                    get("/"))).isEqualTo("ok");
        }
    }

    @Test
    void expiredCertificateIsRefused() throws Exception {
        TestAuthority authority = new TestAuthority();
        SSLServerSocket listener = authority.listener(LOCALHOST, Instant.now().minus(1, ChronoUnit.HOURS));
        try (ScriptedServer server = ScriptedServer.runningTls(listener, peer -> {
            peer.readRequest();
            peer.send(OK);
        })) {
            assertTlsFails(server.endpoint().withExtraTrust(authority.pem()));
        }
    }

    @Test
    void versionsBeforeTwelveAreRefused() throws Exception {
        TestAuthority authority = new TestAuthority();
        SSLServerSocket listener = authority.listener(LOCALHOST, tomorrow);
        listener.setEnabledProtocols(new String[]{"TLSv1.1"});
        try (ScriptedServer server = ScriptedServer.runningTls(listener, ScriptedServer.Peer::readRequest)) {
            assertTlsFails(server.endpoint().withExtraTrust(authority.pem()));
        }
    }

    @Test
    void plainServerBehindHttpsIsATlsFailure() throws Exception {
        try (ScriptedServer server = ScriptedServer.running(peer -> peer.send("HTTP/1.1 400 Bad Request\r\n\r\n"))) {
            assertTlsFails(Endpoint.parse("https://localhost:" + server.port()).withAddressPolicy(AddressPolicy.ANY));
        }
    }

    @Test
    void closeDelimitedBodyThatEndsWithoutANotifyIsACut() throws Exception {
        TestAuthority authority = new TestAuthority();
        try (ScriptedServer server = ScriptedServer.running(raw -> {
            // Passes bytes on to a real TLS server and then drops the line without the server's close_notify.
            relay(raw, authority);
        })) {
            Endpoint endpoint = Endpoint.parse("https://localhost:" + server.port())
                    .withAddressPolicy(AddressPolicy.ANY)
                    .withExtraTrust(authority.pem());
            assertThat(failure(client.newCall(endpoint, get("/"), RELAXED))).isInstanceOf(UpstreamFailure.Cut.class);
        }
    }

    @Test
    void silentServerIsAConnectTimeoutAndNotATlsFailure() throws Exception {
        try (ScriptedServer server = ScriptedServer.running(ScriptedServer.Peer::awaitClose)) {
            ManualClock clock = new ManualClock();
            try (UpstreamClient other = new UpstreamClient(clock, InetAddress::getAllByName, Duration.ofMillis(2))) {
                Endpoint endpoint = Endpoint.parse("https://127.0.0.1:" + server.port())
                        .withAddressPolicy(AddressPolicy.ANY);
                CompletableFuture<UpstreamFailure> failure = Calls
                        .inBackground(() -> failure(other.newCall(endpoint, get("/"), RELAXED)));
                ConnectionPoolTest.eventually(() -> server.connections() == 1);
                Thread.sleep(30);
                clock.advance(RELAXED.connect());
                assertThat(failure.get()).isInstanceOf(UpstreamFailure.ConnectTimeout.class);
                Calls.assertNothingInUse(other);
            }
        }
    }

    private void assertTlsFails(Endpoint endpoint) {
        assertThat(failure(client.newCall(endpoint, get("/"), RELAXED))).isInstanceOfSatisfying(
                UpstreamFailure.TlsFailed.class,
                failed -> assertThat(failed.nothingSent()).isTrue());
    }

    private void relay(ScriptedServer.Peer raw, TestAuthority authority) throws IOException, InterruptedException {
        try (ScriptedServer inner = ScriptedServer.runningTls(authority.listener(LOCALHOST, tomorrow), peer -> {
            peer.readRequest();
            peer.send("HTTP/1.1 200 OK\r\n\r\nhalf of it");
            Thread.sleep(300);
            peer.send("never seen");
        }); Socket line = new Socket(InetAddress.getLoopbackAddress(), inner.port())) {
            Thread up = Thread.ofVirtual().start(() -> copy(raw.socket(), line));
            Thread down = Thread.ofVirtual().start(() -> copy(line, raw.socket()));
            Thread.sleep(250);
            raw.socket().shutdownOutput();
            up.join(2000);
            down.join(2000);
        } catch (GeneralSecurityException | OperatorCreationException broken) {
            throw new IllegalStateException(broken);
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException closed) {
            // The test is over.
        }
    }
}
