package org.gatehouse.governance;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class BaseUrlTest {

    @ParameterizedTest
    @ValueSource(strings = {"unix:/run/engine.sock", "unix:/run/engine.sock:/v1", "unix:/run/my engines/a..b.sock",
            "deployment:chat-large", "deployment:Q3.32b_x"})
    void localUpstreamsMayBeSocketsAndDeploymentsAndOthersMayNot(String url) {
        assertThat(BaseUrl.problem(url, true, false)).isNull();
        assertThat(BaseUrl.problem(url, false, true)).contains("only where the upstream is local");
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix:", "unix:run/engine.sock", "unix:/", "unix:/run/", "unix:/run/../etc/x",
            "unix:/run/./x", "unix:/run//x", "unix:/run/h\u00e9.sock", "unix:/run/x\u0000", "unix:/run/x\n",
            "unix:/run/x:/v1?a=b", "unix:/run/x:/../y", "unix:/run/x://evil", "deployment:", "deployment:a/b",
            "deployment:-x", "deployment:a b"})
    void brokenSocketsAndDeploymentsAreRefused(String url) {
        assertThat(BaseUrl.problem(url, true, false)).isNotNull();
    }

    @Test
    void socketPathIsAsLongAsTheSystemTakes() {
        assertThat(BaseUrl.problem("unix:/" + "x".repeat(106), true, false)).isNull();
        assertThat(BaseUrl.problem("unix:/" + "x".repeat(106) + ":/v1", true, false)).isNull();
        assertThat(BaseUrl.problem("unix:/" + "x".repeat(107), true, false)).contains("107");
    }
}
