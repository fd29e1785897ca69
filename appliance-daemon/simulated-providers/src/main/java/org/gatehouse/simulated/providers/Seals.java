package org.gatehouse.simulated.providers;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The signatures that a provider puts on thoughts and asks back unchanged: an HMAC over what was thought. Thread-safe.
 */
final class Seals {
    private static final byte[] VERSION = "simulated-v1:".getBytes(StandardCharsets.UTF_8);

    private final SecretKeySpec key;

    Seals(long seed) {
        key = new SecretKeySpec(("seal " + seed).getBytes(StandardCharsets.UTF_8), "HmacSHA256");
    }

    /** The seal of {@code content}, in Base64. */
    String seal(String content) {
        byte[] mac = hmac(content);
        byte[] whole = new byte[VERSION.length + mac.length];
        System.arraycopy(VERSION, 0, whole, 0, VERSION.length);
        System.arraycopy(mac, 0, whole, VERSION.length, mac.length);
        return Base64.getEncoder().encodeToString(whole);
    }

    /** Whether {@code seal} is the one that was given to exactly this content. */
    boolean fits(String seal, String content) {
        return MessageDigest.isEqual(seal(content).getBytes(StandardCharsets.UTF_8),
                seal.getBytes(StandardCharsets.UTF_8));
    }

    private byte[] hmac(String content) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return mac.doFinal(content.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java has no HmacSHA256; use a complete JDK.", e);
        }
    }
}
