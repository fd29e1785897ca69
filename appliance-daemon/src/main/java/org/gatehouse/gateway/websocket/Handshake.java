package org.gatehouse.gateway.websocket;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** The keys of the opening handshake (RFC 6455 4). */
public final class Handshake {
    /** The version that is spoken. */
    public static final String VERSION = "13";
    private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int KEY_BYTES = 16;
    private static final int KEY_LENGTH = 24;

    private Handshake() {}

    /** A client's key. */
    public static String key(byte[] sixteenRandomBytes) {
        return Base64.getEncoder().encodeToString(sixteenRandomBytes);
    }

    /** Whether a client's key is one: the Base64 of 16 bytes. */
    public static boolean isKey(String text) {
        try {
            return text.length() == KEY_LENGTH && Base64.getDecoder().decode(text).length == KEY_BYTES;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /** What a server answers to a client's key. */
    public static String accept(String key) {
        try {
            // SHA-1 is no protection here: it only shows that the server understood (RFC 6455 1.3).
            byte[] digest = MessageDigest.getInstance("SHA-1")
                    .digest((key + MAGIC).getBytes(StandardCharsets.ISO_8859_1));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
