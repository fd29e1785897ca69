package org.gatehouse.identity;

import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import com.nulabinc.zxcvbn.Zxcvbn;
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
    /** Of 0 to 4: at least 10^8 guesses by somebody who knows how people choose, behind a throttle and Argon2id. */
    private static final int GOOD_ENOUGH = 3;
    /** The estimate takes time by the square of the length; what people can guess stands at the beginning anyway. */
    private static final int LONGEST_ESTIMATED = 64;
    /** Four words that everybody knows by now. */
    private static final String FAMOUS = "correcthorsebatterystaple";
    private static final Zxcvbn ESTIMATE = new Zxcvbn();

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
        if (user.length() >= 3 && plain.contains(user.toLowerCase(Locale.ROOT))) {
            return Optional.of("must not contain the user's name");
        }
        String start = composed.substring(0, Math.min(composed.length(), LONGEST_ESTIMATED));
        if (plain.chars().distinct().count() < 4
                || ESTIMATE.measure(start, List.of("gatehouse", FAMOUS, user)).getScore() < GOOD_ENOUGH) {
            return Optional.of("is one that attackers try first; take another");
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
