package org.gatehouse.identity;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

final class PasswordsTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"short|12 to 128", "elevenchars|12 to 128", "Password1234|first",
            "aaaaaaaaaaaaab|first", "Ada's long password|name"})
    void passwordThatIsEasyToGuessIsRefused(String password, String why) {
        assertThat(Passwords.objection(password, "ada").orElseThrow()).contains(why);
    }

    /** Of the first thousands of lists of leaked passwords, those that are long enough, and what people make of short ones. */
    @ParameterizedTest
    @ValueSource(strings = {"123456789012", "1234567890qwerty", "qwertyuiop123", "1q2w3e4r5t6y", "1qaz2wsx3edc",
            "zaq12wsxcde3", "abcdefghijkl", "passwordpassword", "P@ssw0rd1234", "p4ssw0rd2024!", "administrator1",
            "letmeinletmein", "welcome123456", "iloveyouiloveyou", "sunshine1234", "Football2023!", "trustno1trustno1",
            "monkeymonkey", "correcthorsebatterystaple", "gatehouse2026", "gatehousegatehouse"})
    void passwordOfTheListsThatAttackersBeginWithIsRefused(String password) {
        assertThat(Passwords.objection(password, "ada")).hasValue("is one that attackers try first; take another");
    }

    @Test
    void longestPasswordIsLookedAtWithinTheTimeOfAHash() {
        String longest = "aB3$".repeat(32);
        Passwords.objection("warm up: four plain words", "ada");
        long begun = System.nanoTime();
        Passwords.objection(longest, "ada");
        assertThat(System.nanoTime() - begun).isLessThan(2_000_000_000L);
    }

    @Test
    void passwordOfMegabytesIsRefusedAndNeverHashed() {
        String huge = "correct horse ".repeat(100_000);
        assertThat(Passwords.objection(huge, "ada")).isPresent();
        assertThat(Passwords.matches(huge, Passwords.hash("correct horse battery"))).isFalse();
    }

    @Test
    void fewWordsWillDo() {
        assertThat(Passwords.objection("four plain words here", "ada")).isEmpty();
        assertThat(Passwords.objection("密码要足够长才可以使用吧", "ada")).isEmpty();
    }

    @Test
    void hashIsArgon2idWithItsOwnSaltAndMatchesThatPasswordOnly() {
        String hash = Passwords.hash("four plain words here");
        assertThat(hash).startsWith("$argon2id$v=19$m=19456,t=2,p=1$")
                .isNotEqualTo(Passwords.hash("four plain words here"));
        assertThat(Passwords.matches("four plain words here", hash)).isTrue();
        assertThat(Passwords.matches("four plain words her", hash)).isFalse();
        assertThat(Passwords.matches("", hash)).isFalse();
    }

    @Test
    void sameTextFromAnotherKeyboardIsTheSamePassword() {
        assertThat(Passwords.matches("cafe\u0301 au lait please", Passwords.hash("caf\u00e9 au lait please"))).isTrue();
    }
}
