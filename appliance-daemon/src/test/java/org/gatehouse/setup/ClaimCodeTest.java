package org.gatehouse.setup;

import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class ClaimCodeTest {

    @Test
    void codesAreEightLettersThatNobodyMisreads() {
        Random random = new Random(7);
        for (int i = 0; i < 1_000; i++) {
            String code = ClaimCode.fresh(random);
            assertThat(code).matches("[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}");
            assertThat(ClaimCode.plain(code)).isEqualTo(code);
        }
    }

    @ParameterizedTest
    @CsvSource({"abcd-efgh,ABCD-EFGH", "ABCDEFGH,ABCD-EFGH", "' ab cd ef gh ',ABCD-EFGH", "oil0-1234,0110-1234"})
    void whatPeopleTypeIsReadAsMeant(String typed, String meant) {
        assertThat(ClaimCode.plain(typed)).isEqualTo(meant);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ABCD", "ABCD-EFGHJ", "ABCD-EFGU", "ABCD_EFGH", "----", "éBCD-EFGH",
            "0000000000000000000000000000000000000000000000000"})
    void whatCannotBeACodeIsNone(String typed) {
        assertThat(ClaimCode.plain(typed)).isEmpty();
    }
}
