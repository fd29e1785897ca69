package org.gatehouse.gateway.upstream.http;

import java.nio.charset.StandardCharsets;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class UpstreamRequestTest {

    @ParameterizedTest
    @ValueSource(strings = {"secret\r\nx: y", "secret\n", "secret\r", "secret\0", "secret\u007f", "secret\u0100"})
    void headerValueThatCouldBreakOutIsRefusedWithoutRepeatingIt(String value) {
        assertThatThrownBy(() -> RequestHeaders.of("x-key", value)).isInstanceOf(IllegalArgumentException.class)
                .message()
                .contains("x-key").doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a:b", "a\r\nb", "ä", "Host", "content-length", "Transfer-Encoding",
            "CONNECTION",
            "accept-encoding", "expect"})
    void headerNameThatIsNoTokenOrTheClientsOwnIsRefused(String name) {
        assertThatThrownBy(() -> RequestHeaders.of(name, "x")).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "v1", "/a b", "/a\r\nb", "/a#b", "/ä", "/../admin", "/a/..", "/a/./b", "/a/../b?x"})
    void pathThatCouldBreakOutIsRefused(String path) {
        assertThatThrownBy(() -> Calls.get(path)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/models/a.b:generate?x=../y", "/.well-known/x", "/a/...", "/%20"})
    void ordinaryPathIsTaken(String path) {
        assertThat(Calls.get(path).path()).isEqualTo(path);
    }

    @Test
    void methodMustBeAToken() {
        assertThatThrownBy(() -> new UpstreamRequest("GET /x", "/", RequestHeaders.NONE, List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void headersAreEncodedInOrderAndNeverPrinted() {
        RequestHeaders headers = RequestHeaders.of("authorization", "Bearer secret")
                .and(RequestHeaders.of("x", "\u00e9\t!"));

        assertThat(new String(headers.lines(), StandardCharsets.ISO_8859_1))
                .isEqualTo("authorization: Bearer secret\r\nx: \u00e9\t!\r\n");
        assertThat(new UpstreamRequest("POST", "/", headers, List.of(BodySlice.of(new byte[7]))).toString())
                .doesNotContain("secret");
    }

    @Test
    void sliceMustLieInsideItsArray() {
        assertThatThrownBy(() -> new BodySlice(new byte[4], 2, 3)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
