package org.gatehouse.identity;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

final class PasswordsTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"short|12 to 128", "elevenchars|12 to 128", "Password1234|first",
            "aaaaaaaaaaaaab|first", "Ada's long password|name"})
    void passwordThatIsEasyToGuessIsRefused(String password, String why) {
        assertThat(Passwords.objection(password, "ada").orElseThrow()).contains(why);
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
