package org.gatehouse.gateway.upstream.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class AddressGuardTest {

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255",
            "127.0.0.1",
            "127.255.0.1", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.7", "224.0.0.1", "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255", "::", "::1", "::2", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::808:808", "100::1", "2001::1", "2001:0:1234::1",
            "2001:1ff::1",
            "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::", "3fff::1", "3fff:fff::1", "4000::1",
            "5f00::1",
            "fc00::1", "fd12:3456::1", "fd00:ec2::254", "fe80::1", "febf::1", "fec0::1", "ff02::1", "ff0e::1"})
    void addressThatIsNotPublicIsRefused(String literal) {
        assertThat(AddressGuard.isPublic(InetAddress.ofLiteral(literal))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.1",
            "192.167.255.255",
            "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2001:4860:4860::8888",
            "2001:200::1", "2a00:1450::1", "64:ff9b::808:808", "::ffff:8.8.8.8", "2002:808:808::1", "3ffe::1"})
    void publicAddressIsAllowed(String literal) {
        assertThat(AddressGuard.isPublic(InetAddress.ofLiteral(literal))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "[::1]", "169.254.169.254", "[::ffff:127.0.0.1]"})
    void literalInTheBaseUrlIsGuardedToo(String host) {
        try (UpstreamClient client = new UpstreamClient()) {
            Endpoint endpoint = Endpoint.parse("http://" + host + ":1");

            assertThat(Calls.failure(client.newCall(endpoint, Calls.get("/"), Calls.RELAXED)))
                    .isInstanceOfSatisfying(UpstreamFailure.AddressNotAllowed.class, failure -> {
                        assertThat(failure.nothingSent()).isTrue();
                        assertThat(failure.message()).contains(failure.address());
                    });
        }
    }

    @Test
    void numberThatTheNameServiceTakesForAnAddressIsGuardedByWhatItBecomes() {
        try (UpstreamClient client = new UpstreamClient()) {
            assertThat(
                    Calls.failure(client.newCall(Endpoint.parse("http://2130706433:1"), Calls.get("/"), Calls.RELAXED)))
                    .isInstanceOfAny(UpstreamFailure.AddressNotAllowed.class, UpstreamFailure.ConnectFailed.class);
        }
    }

    @Test
    void onePrivateAddressAmongPublicOnesRefusesThemAll() throws InterruptedException {
        NameLookup mixed = host -> new InetAddress[]{InetAddress.ofLiteral("8.8.8.8"),
                InetAddress.ofLiteral("10.0.0.1")};
        try (UpstreamClient client = new UpstreamClient(System::nanoTime, mixed, Duration.ofMillis(25))) {
            assertThat(Calls
                    .failure(client.newCall(Endpoint.parse("http://rebind.example"), Calls.get("/"), Calls.RELAXED)))
                    .isEqualTo(new UpstreamFailure.AddressNotAllowed("http://rebind.example", "rebind.example",
                            "10.0.0.1"));
            Calls.assertNothingInUse(client);
        }
    }

    @Test
    void nameIsLookedUpOnceForAConnectionSoThatASecondAnswerCannotDiffer() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        NameLookup rebinding = host -> {
            if (asked.incrementAndGet() > 1) {
                throw new UnknownHostException("asked twice");
            }
            return new InetAddress[]{InetAddress.ofLiteral("127.0.0.1")};
        };
        try (ScriptedServer server = ScriptedServer.repeating("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                UpstreamClient client = new UpstreamClient(System::nanoTime, rebinding, Duration.ofMillis(25))) {
            Endpoint endpoint = Endpoint.parse("http://engine.internal:" + server.port())
                    .withAddressPolicy(AddressPolicy.ANY);

            assertThat(Calls.text(client, endpoint, Calls.get("/"))).isEqualTo("ok");
            assertThat(asked).hasValue(1);
        }
    }

    @Test
    void unixSocketIsNotPublic() {
        try (UpstreamClient client = new UpstreamClient()) {
            Endpoint endpoint = Endpoint.parse("unix:/run/none.sock").withAddressPolicy(AddressPolicy.PUBLIC_ONLY);

            assertThat(Calls.failure(client.newCall(endpoint, Calls.get("/"), Calls.RELAXED)))
                    .isInstanceOf(UpstreamFailure.AddressNotAllowed.class);
        }
    }
}
