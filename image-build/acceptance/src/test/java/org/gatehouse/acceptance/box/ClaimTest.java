package org.gatehouse.acceptance.box;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class ClaimTest {
    private static final String FIRST = "CC:B6:B7:C2:53:8C:E5:40:58:59:2A:A9:42:9C:73:47:";
    private static final String SECOND = "27:91:86:B8:9B:57:52:C6:98:9C:98:07:67:CF:4B:D9";
    private static final String WHOLE = "ccb6b7c2538ce54058592aa9429c7347279186b89b5752c6989c980767cf4bd9";

    @Test
    void fingerprintOnTwoLinesAndCodeAreRead() {
        assertThat(Claim.in(List.of("box[7]:   Its certificate has this SHA-256 fingerprint:", "box[7]:     " + FIRST,
                "box[7]:     " + SECOND, "box[7]:   Claim code, good for 15 minutes:  1AAH-SSK3")))
                .contains(new Claim(WHOLE, "1AAH-SSK3"));
    }

    @Test
    void newestCodeCounts() {
        assertThat(Claim.in(List.of(FIRST, SECOND, "Claim code, good for 15 minutes:  AAAA-AAAA", FIRST, SECOND,
                "Claim code, good for 15 minutes:  BBBB-BBBB"))).contains(new Claim(WHOLE, "BBBB-BBBB"));
    }

    @Test
    void halfOfItIsNothing() {
        assertThat(Claim.in(List.of("Claim code:  AAAA-AAAA"))).isEmpty();
        assertThat(Claim.in(List.of(FIRST, SECOND))).isEmpty();
        assertThat(Claim.in(List.of(FIRST, "Claim code:  AAAA-AAAA"))).isEmpty();
        // As a log names it, on one line: that is not what people are asked to read.
        assertThat(Claim.in(List.of("the certificate with the SHA-256 fingerprint " + FIRST + SECOND))).isEmpty();
    }
}
