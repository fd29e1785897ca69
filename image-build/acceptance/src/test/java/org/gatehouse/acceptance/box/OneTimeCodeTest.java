package org.gatehouse.acceptance.box;

import java.time.Instant;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class OneTimeCodeTest {
    /** "12345678901234567890", of RFC 6238 appendix B, whose codes have eight digits. */
    private static final String SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    @Test
    void codesAreThoseOfTheStandard() {
        assertThat(OneTimeCode.at(SECRET, Instant.ofEpochSecond(59))).isEqualTo("287082");
        assertThat(OneTimeCode.at(SECRET, Instant.ofEpochSecond(1_111_111_109))).isEqualTo("081804");
        assertThat(OneTimeCode.at(SECRET, Instant.ofEpochSecond(20_000_000_000L))).isEqualTo("353130");
    }
}
