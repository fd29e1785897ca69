package org.gatehouse.identity;

import java.nio.charset.StandardCharsets;
import java.time.Instant;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

final class OneTimeCodesTest {
    /** Of RFC 6238, appendix B. */
    private static final byte[] SECRET = "12345678901234567890".getBytes(StandardCharsets.US_ASCII);

    /** The last six digits of the RFC's eight. */
    @ParameterizedTest
    @CsvSource({"59,287082", "1111111109,081804", "1111111111,050471", "1234567890,005924", "2000000000,279037",
            "20000000000,353130"})
    void codesAreThoseOfTheStandard(long second, String code) {
        assertThat(OneTimeCodes.at(SECRET, Instant.ofEpochSecond(second))).isEqualTo(code);
    }

    @Test
    void codeOfTheStepBeforeAndBehindIsTakenAndNoOther() {
        Instant now = Instant.ofEpochSecond(1_000_000_000);
        for (int seconds : new int[]{-30, 0, 30}) {
            assertThat(OneTimeCodes.stepOf(SECRET, OneTimeCodes.at(SECRET, now.plusSeconds(seconds)), now, 0))
                    .as("%d s", seconds).isPresent();
        }
        for (int seconds : new int[]{-90, -61, 61, 90}) {
            assertThat(OneTimeCodes.stepOf(SECRET, OneTimeCodes.at(SECRET, now.plusSeconds(seconds)), now, 0))
                    .as("%d s", seconds).isEmpty();
        }
    }

    @Test
    void codeThatWasTakenIsNotTakenAgain() {
        Instant now = Instant.ofEpochSecond(1_000_000_000);
        String code = OneTimeCodes.at(SECRET, now);
        long step = OneTimeCodes.stepOf(SECRET, code, now, 0).orElseThrow();
        assertThat(OneTimeCodes.stepOf(SECRET, code, now, step)).isEmpty();
        assertThat(OneTimeCodes.stepOf(SECRET, OneTimeCodes.at(SECRET, now.minusSeconds(30)), now, step)).isEmpty();
    }

    @Test
    void nonsenseIsNoCode() {
        Instant now = Instant.ofEpochSecond(1_000_000_000);
        for (String text : new String[]{"", "12345", "1234567", "abcdef", "１２３４５６", "-12345"}) {
            assertThat(OneTimeCodes.stepOf(SECRET, text, now, 0)).as(text).isEmpty();
        }
    }

    /** RFC 4648, section 10, without padding. */
    @ParameterizedTest
    @CsvSource({"f,MY", "fo,MZXQ", "foo,MZXW6", "foob,MZXW6YQ", "fooba,MZXW6YTB", "foobar,MZXW6YTBOI"})
    void secretIsTypedAsBase32(String plain, String base32) {
        assertThat(OneTimeCodes.base32(plain.getBytes(StandardCharsets.US_ASCII))).isEqualTo(base32);
    }

    @Test
    void appReadsNameAndSecretFromThePicture() {
        assertThat(OneTimeCodes.uri("Gatehouse", "Ada & Co", SECRET)).isEqualTo(
                "otpauth://totp/Gatehouse:Ada%20%26%20Co?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Gatehouse"
                        + "&algorithm=SHA1&digits=6&period=30");
    }
}
