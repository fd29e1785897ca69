package org.gatehouse.gateway.upstream.http;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gatehouse.gateway.upstream.http.Calls.RELAXED;
import static org.gatehouse.gateway.upstream.http.Calls.failure;
import static org.gatehouse.gateway.upstream.http.Calls.get;
import static org.gatehouse.gateway.upstream.http.Calls.text;

/** Calls that leave by a proxy. */
class ForwardProxyTest {
    private static final String NAME = "api.example.com";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    // Only for calls that go directly: by a proxy nobody asks the box's own name servers.
    private final UpstreamClient client = new UpstreamClient(System::nanoTime,
            _ -> new InetAddress[]{InetAddress.getLoopbackAddress()}, Duration.ofMillis(25));
    private TestAuthority authority;
    private ScriptedServer server;
    private final CountDownLatch goOn = new CountDownLatch(1);

    @BeforeEach
    void start() throws Exception {
        authority = new TestAuthority();
        server = ScriptedServer.runningTls(authority.listener(new GeneralName(GeneralName.dNSName, NAME),
                Instant.now().plus(1, ChronoUnit.DAYS)), peer -> {
                    for (String request = peer.readRequest(); request != null; request = peer.readRequest()) {
                        if (request.contains("/stream")) {
                            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
                            goOn.await(60, TimeUnit.SECONDS);
                            peer.send("4\r\nlast\r\n0\r\n\r\n");
                        } else {
                            peer.send(OK);
                        }
                    }
                });
    }

    @AfterEach
    void stop() throws Exception {
        goOn.countDown();
        Calls.assertNothingInUse(client);
        client.close();
        server.close();
    }

    private Endpoint upstream() throws IOException {
        return Endpoint.parse("https://" + NAME + ":" + server.port()).withAddressPolicy(AddressPolicy.ANY)
                .withExtraTrust(authority.pem());
    }

    private UpstreamFailure.ProxyFailed proxyFailure(Endpoint endpoint) {
        UpstreamFailure failure = failure(client.newCall(endpoint, get("/"), RELAXED));
        assertThat(failure).isInstanceOf(UpstreamFailure.ProxyFailed.class);
        assertThat(failure.nothingSent()).isTrue();
        return (UpstreamFailure.ProxyFailed) failure;
    }

    @Test
    void tunnelIsMadeOnceAConnectionAndTheNameIsTheProxysToLookUp() throws Exception {
        try (TestProxy proxy = TestProxy.open()) {
            client.through(proxy.settings());
            // The box's own name servers would lead to a private address, which is not allowed here: they are not asked.
            Endpoint guarded = upstream().withAddressPolicy(AddressPolicy.PUBLIC_ONLY);
            for (int time = 0; time < 3; time++) {
                assertThat(text(client, guarded, get("/"))).isEqualTo("ok");
            }
            assertThat(proxy.targets()).containsExactly(NAME + ":" + server.port());
        }
    }

    @Test
    void streamComesThroughBitByBit() throws Exception {
        try (TestProxy proxy = TestProxy.open()) {
            client.through(proxy.settings());
            try (UpstreamCall call = client.newCall(upstream(), get("/stream"), RELAXED)) {
                UpstreamReply reply = call.execute();
                byte[] buffer = new byte[100];
                int count = reply.read(buffer, 0, buffer.length);
                assertThat(new String(buffer, 0, count, java.nio.charset.StandardCharsets.US_ASCII))
                        .isEqualTo("first");
                goOn.countDown();
                assertThat(new String(reply.readAll(100), java.nio.charset.StandardCharsets.US_ASCII))
                        .isEqualTo("last");
            }
        }
    }

    @Test
    void proxyThatWantsAPasswordGetsItAndItsAbsenceIsSaid() throws Exception {
        try (TestProxy proxy = TestProxy.guarded("box", "pass:wörd")) {
            client.through(proxy.settings());
            UpstreamFailure.ProxyFailed refused = proxyFailure(upstream());
            assertThat(refused.reason()).isEqualTo(UpstreamFailure.ProxyFailed.Reason.AUTHENTICATION);
            assertThat(refused.message()).contains("127.0.0.1:" + proxy.port(), "407", "user and password");
            client.through(new ForwardProxy("127.0.0.1", proxy.port(), ForwardProxy.basic("box", "pass:wörd"),
                    List.of()));
            assertThat(text(client, upstream(), get("/"))).isEqualTo("ok");
        }
    }

    @Test
    void proxyThatIsDownIsNamed() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        client.through(new ForwardProxy("127.0.0.1", port, null, List.of()));
        UpstreamFailure.ProxyFailed failed = proxyFailure(upstream());
        assertThat(failed.reason()).isEqualTo(UpstreamFailure.ProxyFailed.Reason.UNREACHABLE);
        assertThat(failed.message()).contains("The HTTP proxy 127.0.0.1:" + port, NAME);
    }

    @ParameterizedTest
    @CsvSource({"HTTP/1.1 403 Forbidden, REFUSED", "HTTP/1.1 503 Nowhere, REFUSED", "SSH-2.0-none, NO_PROXY",
            "HTTP/1.1 99, NO_PROXY"})
    void whatProxiesSayInThePlaceOfATunnelIsTold(String line, UpstreamFailure.ProxyFailed.Reason reason)
            throws Exception {
        try (TestProxy proxy = TestProxy.open()) {
            proxy.answering(line + "\r\n\r\n");
            client.through(proxy.settings());
            assertThat(proxyFailure(upstream()).reason()).isEqualTo(reason);
        }
    }

    @Test
    void proxyThatIsSilentIsGivenUpInTime() throws Exception {
        try (TestProxy proxy = TestProxy.open()) {
            proxy.answering("");
            client.through(proxy.settings());
            Deadlines hasty = new Deadlines(Duration.ofMillis(300), Duration.ofSeconds(30), Duration.ofSeconds(30),
                    Duration.ofSeconds(60));
            UpstreamFailure failure = failure(client.newCall(upstream(), get("/"), hasty));
            assertThat(failure).isInstanceOf(UpstreamFailure.ProxyFailed.class);
            assertThat(((UpstreamFailure.ProxyFailed) failure).reason())
                    .isEqualTo(UpstreamFailure.ProxyFailed.Reason.TIMEOUT);
        }
    }

    @Test
    void proxyIsChangedWhileTheClientRuns() throws Exception {
        try (TestProxy first = TestProxy.open(); TestProxy second = TestProxy.open()) {
            assertThat(text(client, upstream(), get("/"))).as("directly").isEqualTo("ok");
            client.through(first.settings());
            assertThat(text(client, upstream(), get("/"))).isEqualTo("ok");
            client.through(second.settings());
            assertThat(text(client, upstream(), get("/"))).isEqualTo("ok");
            client.through(null);
            assertThat(text(client, upstream(), get("/"))).isEqualTo("ok");
            assertThat(first.targets()).hasSize(1);
            assertThat(second.targets()).hasSize(1);
        }
    }

    @Test
    void exceptionsAndEnginesOnThisMachineAreReachedDirectly() throws Exception {
        try (TestProxy proxy = TestProxy.open()) {
            client.through(proxy.settings(".Example.com"));
            assertThat(text(client, upstream(), get("/"))).isEqualTo("ok");
            client.through(proxy.settings());
            assertThat(text(client, upstream().withoutProxy(), get("/"))).isEqualTo("ok");
            assertThat(proxy.targets()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://10.1.2.3", "https://169.254.169.254", "https://[fd00::1]", "https://intranet",
            "https://127.1", "https://2130706433", "https://0x7f.1", "https://db.internal", "https://printer.local.",
            "https://[::ffff:10.0.0.1]"})
    void guardJudgesWhatTheTextTellsAndNoProxyIsAsked(String url) throws Exception {
        try (TestProxy proxy = TestProxy.open()) {
            client.through(proxy.settings());
            assertThat(failure(client.newCall(Endpoint.parse(url), get("/"), RELAXED)))
                    .isInstanceOf(UpstreamFailure.AddressNotAllowed.class);
            assertThat(proxy.targets()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"https://api.example.com, example.com, false", "https://api.example.com, .example.com, false",
            "https://api.example.com, *.example.com, false", "https://notexample.com, example.com, true",
            "https://api.example.com, api.example.com:443, false",
            "https://api.example.com, api.example.com:8443, true",
            "https://10.1.2.3, 10.1.2.3, false", "https://10.1.2.3, 10.1.2.30, true",
            "https://[fd00::1], fd00::1, false",
            "https://[fd00::1], [fd00:0::1]:443, false", "https://api.example.com, *, false",
            "https://api.example.com., EXAMPLE.com, false", "https://localhost, nothing.at.all, false",
            "https://127.9.9.9, nothing.at.all, false", "https://[::1], nothing.at.all, false",
            "http://api.example.com, nothing.at.all, false", "unix:/run/engine.sock, nothing.at.all, false",
            "https://api.example.com, '', true", "https://api.example.com, ., true"})
    void whatGoesByAProxyIsToldByNameAndPort(String url, String exception, boolean carried) {
        ForwardProxy proxy = new ForwardProxy("proxy", 3128, null, List.of(exception));
        assertThat(proxy.carries(Endpoint.parse(url))).isEqualTo(carried);
    }
}
