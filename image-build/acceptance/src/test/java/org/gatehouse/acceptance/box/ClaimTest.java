package org.gatehouse.acceptance.box;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class ClaimTest {
    private static final String FIRST = "CC:B6:B7:C2:53:8C:E5:40:58:59:2A:A9:42:9C:73:47:";
    private static final String SECOND = "27:91:86:B8:9B:57:52:C6:98:9C:98:07:67:CF:4B:D9";
    private static final String WHOLE = "ccb6b7c2538ce54058592aa9429c7347279186b89b5752c6989c980767cf4bd9";

    @Test
    void fingerprintOnTwoRowsAndCodeBelowItsAnnouncementAreRead() {
        assertThat(Claim.in(List.of(" This box is new. Set it up in a browser:", "     https://10.0.2.15/setup/", "",
                " if its SHA-256 fingerprint is:", "     " + FIRST, "     " + SECOND, "",
                " The browser asks for this claim code, which changes every 15 minutes:", "     1AAH-SSK3")))
                .contains(new Claim(WHOLE, "1AAH-SSK3"));
    }

    @Test
    void halfOfItIsNothing() {
        assertThat(Claim.in(List.of("this claim code:", "AAAA-AAAA"))).isEmpty();
        assertThat(Claim.in(List.of(FIRST, SECOND))).isEmpty();
        assertThat(Claim.in(List.of(FIRST, "this claim code:", "AAAA-AAAA"))).isEmpty();
        assertThat(Claim.in(List.of("BOX1-BOX2 is its name", FIRST, SECOND, "this claim code:", ""))).isEmpty();
    }
}
