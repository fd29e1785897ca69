package org.gatehouse.identity;

import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Locale;
import java.util.OptionalLong;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Time-based one-time codes (RFC 6238) as every authenticator app makes them: HMAC-SHA-1, 30 seconds, 6 digits. SHA-1 is
 * what apps agree on, and HMAC does not rest on its collision resistance. Stateless.
 */
final class OneTimeCodes {
    /** RFC 4226 4 recommends 160 bits. */
    static final int SECRET_BYTES = 20;
    private static final int STEP_SECONDS = 30;
    private static final int DIGITS = 6;
    /** A clock that is half a minute off, and the time that typing takes (RFC 6238 5.2). */
    private static final int STEPS_AROUND = 1;
    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    private OneTimeCodes() {}

    /** The step whose code it is, if it is one of now; no step up to {@code usedUpTo} counts. */
    static OptionalLong stepOf(byte[] secret, String code, Instant now, long usedUpTo) {
        long current = Math.floorDiv(now.getEpochSecond(), STEP_SECONDS);
        long found = -1;
        for (long step = current - STEPS_AROUND; step <= current + STEPS_AROUND; step++) {
            boolean same = MessageDigest.isEqual(code(secret, step).getBytes(StandardCharsets.US_ASCII),
                    code.getBytes(StandardCharsets.UTF_8));
            if (same && step > usedUpTo) {
                found = step;
            }
        }
        return found < 0 ? OptionalLong.empty() : OptionalLong.of(found);
    }

    /** The code of a moment. */
    static String at(byte[] secret, Instant moment) {
        return code(secret, Math.floorDiv(moment.getEpochSecond(), STEP_SECONDS));
    }

    private static String code(byte[] secret, long step) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(secret, "HmacSHA1"));
            byte[] hash = mac.doFinal(ByteBuffer.allocate(8).putLong(step).array());
            // RFC 4226 5.3: the last half byte says where the 31 bits lie.
            int bits = ByteBuffer.wrap(hash).getInt(hash[hash.length - 1] & 0xf) & 0x7fffffff;
            return String.format(Locale.ROOT, "%0" + DIGITS + "d", bits % 1_000_000);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA1", e);
        }
    }

    /** A secret as people type it into an app (RFC 4648 6, without padding). */
    static String base32(byte[] secret) {
        StringBuilder text = new StringBuilder();
        int buffer = 0;
        int bits = 0;
        for (byte one : secret) {
            buffer = buffer << 8 | one & 0xff;
            bits += 8;
            while (bits >= 5) {
                text.append(BASE32.charAt(buffer >> bits - 5 & 31));
                bits -= 5;
            }
            buffer &= (1 << bits) - 1;
        }
        return bits == 0 ? text.toString() : text.append(BASE32.charAt(buffer << 5 - bits & 31)).toString();
    }

    /**
     * The secret that somebody typed (RFC 4648 6; case, blanks and padding do not matter).
     *
     * @throws IllegalArgumentException when it is none
     */
    static byte[] bytes(String base32) {
        String letters = base32.toUpperCase(Locale.ROOT).replaceAll("[\\s=]", "");
        byte[] secret = new byte[letters.length() * 5 / 8];
        int buffer = 0;
        int bits = 0;
        int at = 0;
        for (int i = 0; i < letters.length(); i++) {
            int value = BASE32.indexOf(letters.charAt(i));
            if (value < 0) {
                throw new IllegalArgumentException("'" + letters.charAt(i) + "' is no letter of base32");
            }
            buffer = (buffer << 5 | value) & 0xfff;
            bits += 5;
            if (bits >= 8) {
                secret[at++] = (byte) (buffer >> bits - 8);
                bits -= 8;
            }
        }
        return secret;
    }

    /** What an app reads from a picture. */
    static String uri(String issuer, String user, byte[] secret) {
        return "otpauth://totp/" + encoded(issuer) + ":" + encoded(user) + "?secret=" + base32(secret) + "&issuer="
                + encoded(issuer) + "&algorithm=SHA1&digits=" + DIGITS + "&period=" + STEP_SECONDS;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
