package org.gatehouse.identity;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import com.password4j.Argon2Function;
import com.password4j.Hash;
import com.password4j.Password;
import com.password4j.types.Argon2;

/**
 * What passwords must be like, and how they are kept: Argon2id with OWASP's first choice of costs (19 MiB, two passes, one
 * lane), about 50 ms of a core. Stateless.
 */
final class Passwords {
    static final int SHORTEST = 12;
    /** Whoever sends megabytes shall not have them hashed. */
    static final int LONGEST = 128;
    private static final Argon2Function ARGON2 = Argon2Function.getInstance(19_456, 2, 1, 32, Argon2.ID);
    private static final int SALT_BYTES = 16;
    /** Of those that lists of leaked passwords begin with, the ones that are long enough, and our own names. */
    private static final Set<String> COMMON = Set.of("123456789012", "1234567890123", "12345678901234",
            "123456123456", "1234567890qwerty", "qwertyuiop12", "qwertyuiop123", "qwerty123456", "qwertyqwerty",
            "qwertyuiop[]", "1q2w3e4r5t6y", "1qaz2wsx3edc", "zaq12wsxcde3", "abcdefghijkl", "abcdefghijklm",
            "abcd12345678", "password1234", "password12345", "password123456", "passwordpassword", "passw0rd1234",
            "p@ssw0rd1234", "p@ssword1234", "adminadminadmin", "administrator", "administrator1", "administrator123",
            "admin1234567", "admin12345678", "changemeplease", "changeme1234", "letmeinletmein", "letmein12345",
            "welcome12345", "welcome123456", "welcomewelcome", "iloveyou1234", "iloveyouiloveyou", "sunshine1234",
            "princess1234", "football1234", "baseball1234", "superman1234", "trustno1trustno1", "monkeymonkey",
            "dragondragon", "mastermaster", "correcthorsebatterystaple", "000000000000", "111111111111",
            "aaaaaaaaaaaa", "999999999999", "gatehousegatehouse", "gatehouse1234", "gatehouse123", "gatehouse2026");

    private Passwords() {}

    /** What is wrong with a password that somebody wants to set; nothing when it will do. */
    static Optional<String> objection(String password, String user) {
        String composed = composed(password);
        int length = composed.codePointCount(0, composed.length());
        if (length < SHORTEST || composed.length() > LONGEST) {
            return Optional
                    .of("must have " + SHORTEST + " to " + LONGEST + " characters; a few words are easy to keep in"
                            + " mind");
        }
        String plain = composed.toLowerCase(Locale.ROOT);
        if (COMMON.contains(plain) || plain.chars().distinct().count() < 4) {
            return Optional.of("is one that attackers try first; take another");
        }
        if (user.length() >= 3 && plain.contains(user.toLowerCase(Locale.ROOT))) {
            return Optional.of("must not contain the user's name");
        }
        return Optional.empty();
    }

    static String hash(String password) {
        Hash hash = Password.hash(composed(password)).addRandomSalt(SALT_BYTES).with(ARGON2);
        return hash.getResult();
    }

    static boolean matches(String password, String hash) {
        // With the costs that the hash was made with, so that raising ours leaves old ones usable.
        return password.length() <= LONGEST
                && Password.check(composed(password), hash).with(Argon2Function.getInstanceFromHash(hash));
    }

    /** The same key pressed on two keyboards gives different code points (RFC 8265 4.2.2). */
    private static String composed(String password) {
        return Normalizer.normalize(password, Normalizer.Form.NFC);
    }
}
