package org.gatehouse.setup;

import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * The code with which somebody shows that they stand in front of the box: eight characters of Crockford's base32, 40
 * bits, shown as {@code XXXX-XXXX}. What people misread is read as meant. Stateless.
 */
final class ClaimCode {
    private static final String LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final int LENGTH = 8;

    private ClaimCode() {}

    /** A new one. */
    static String fresh(RandomGenerator random) {
        StringBuilder code = new StringBuilder();
        for (int i = 0; i < LENGTH; i++) {
            code.append(i == LENGTH / 2 ? "-" : "").append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return code.toString();
    }

    /** What somebody typed, as it was shown; whatever cannot be one becomes empty. */
    static String plain(String typed) {
        if (typed.length() > 4 * LENGTH) {
            return "";
        }
        String letters = typed.toUpperCase(Locale.ROOT).replaceAll("[\\s-]", "").replace('O', '0').replace('I', '1')
                .replace('L', '1');
        boolean good = letters.length() == LENGTH && letters.chars().allMatch(letter -> LETTERS.indexOf(letter) >= 0);
        return good ? letters.substring(0, LENGTH / 2) + "-" + letters.substring(LENGTH / 2) : "";
    }
}
