package org.gatehouse.admin;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

final class ArrivalTest {

    private static Arrival arrival(boolean secure, @Nullable String site, @Nullable String origin, String host) {
        return new Arrival("POST", secure, null, null, null, true, site, origin, host, "10.0.0.1", "", "r", null);
    }

    @Test
    void cookieOverTlsIsForThisHostAloneAndForNoScript() {
        assertThat(arrival(true, null, null, "box").keepSession("abc", 60))
                .isEqualTo("__Host-gatehouse=abc; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax");
        assertThat(arrival(true, null, null, "box").forgetSession())
                .isEqualTo("__Host-gatehouse=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax");
    }

    @Test
    void cookieOverPlainHttpClaimsNothingThatBrowsersWouldRefuse() {
        assertThat(arrival(false, null, null, "127.0.0.1").keepSession("abc", 60))
                .isEqualTo("gatehouse-session=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax");
    }

    @ParameterizedTest
    @CsvSource({"https://box.example,box.example,false", "https://box.example:443,box.example,false",
            "https://box.example,box.example:443,false", "https://BOX.example,box.EXAMPLE,false",
            "https://box.example:8443,box.example:8443,false", "https://box.example:8443,box.example,true",
            "http://box.example,box.example,true", "https://evil.example,box.example,true",
            "https://box.example.evil.example,box.example,true", "null,box.example,true", "'',box.example,true",
            "https://evil@box.example,box.example,true", "not a url,box.example,true"})
    void originMustBeTheBoxItself(String origin, String host, boolean forged) {
        assertThat(arrival(true, null, origin, host).mayBeForged()).isEqualTo(forged);
    }

    @Test
    void browsersOwnWordCountsBeforeTheOrigin() {
        assertThat(arrival(true, "cross-site", "https://box", "box").mayBeForged()).isTrue();
        assertThat(arrival(true, "same-origin", null, "box").mayBeForged()).isFalse();
        assertThat(arrival(true, null, null, "box").mayBeForged()).as("nothing says where it comes from").isTrue();
    }
}
