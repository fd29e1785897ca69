package org.gatehouse.gateway.upstream.http;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class EndpointTest {

    @ParameterizedTest
    @CsvSource(nullValues = "none", value = {
            "https://api.openai.com/v1, HTTPS, api.openai.com, 443, /v1, api.openai.com",
            "http://vllm_1:8000, HTTP, vllm_1, 8000, '', vllm_1:8000",
            "HTTP://Host.Example/, HTTP, host.example, 80, '', host.example",
            "https://[2001:db8::1]:8443/a/b//, HTTPS, 2001:db8::1, 8443, /a/b, [2001:db8::1]:8443",
            "http://[::1], HTTP, ::1, 80, '', [::1]", "unix:/run/engine.sock, UNIX, /run/engine.sock, 0, '', localhost",
            "unix:/run/engine.sock:/v1, UNIX, /run/engine.sock, 0, /v1, localhost"})
    void baseUrlIsTakenApart(String url, Endpoint.Scheme scheme, String host, int port, String basePath,
            String authority) {
        Endpoint endpoint = Endpoint.parse(url);

        assertThat(endpoint.scheme()).isEqualTo(scheme);
        assertThat(endpoint.host()).isEqualTo(host);
        assertThat(endpoint.port()).isEqualTo(port);
        assertThat(endpoint.basePath()).isEqualTo(basePath);
        assertThat(endpoint.authority()).isEqualTo(authority);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "api.openai.com", "ftp://host", "http://", "http:///v1", "http://user:pass@host/",
            "http://host:0/",
            "http://host:65536/", "http://host:1x/", "http://host:/", "http://host/v1?key=secret", "http://host/#a",
            "http://host/a b",
            "http://ho st/", "http://host\r\nX: y/", "http://[::1", "http://[zz]/", "http://::1/", "unix:relative.sock",
            "http://höst/", "http://[::1]x/"})
    void otherTextIsRefusedWithoutRepeatingIt(String url) {
        assertThatThrownBy(() -> Endpoint.parse(url)).isInstanceOf(IllegalArgumentException.class).message()
                .doesNotContain("secret", "pass").isNotBlank();
    }

    @Test
    void tcpIsPublicOnlyUntilSaidOtherwise() {
        assertThat(Endpoint.parse("http://host").addressPolicy()).isEqualTo(AddressPolicy.PUBLIC_ONLY);
        assertThat(Endpoint.parse("unix:/run/x").addressPolicy()).isEqualTo(AddressPolicy.ANY);
    }

    @Test
    void equalSettingsAreOneEndpoint() {
        Endpoint endpoint = Endpoint.parse("http://host/v1").withMaxConnections(3)
                .withMaxIdleAge(Duration.ofSeconds(1));

        assertThat(Endpoint.parse("http://HOST:80/v1/").withMaxIdleAge(Duration.ofSeconds(1)).withMaxConnections(3))
                .isEqualTo(endpoint).hasSameHashCodeAs(endpoint);
    }

    @Test
    void trustThatCannotBeReadIsRefusedAtOnce() {
        Endpoint endpoint = Endpoint.parse("https://host");

        assertThatThrownBy(() -> endpoint.withExtraTrust("no certificate"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
