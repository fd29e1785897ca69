package org.gatehouse.governance.snapshot;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Finds the credential that a presented key text belongs to. Never looks further than memory, never puts the text into a
 * query: what a client presents may be anything (CVE-2026-42208 was SQL in a bearer token). Immutable and thread-safe.
 */
public final class KeyVerifier {
    /** How a key text starts. */
    public static final String PREFIX = "ghk_";
    /** How many public characters follow. */
    public static final int PUBLIC_LENGTH = 8;
    /** Length of the secret: 32 bytes in base64url without padding. */
    public static final int SECRET_LENGTH = 43;

    private static final int PUBLIC_START = PREFIX.length();
    private static final int SECRET_START = PUBLIC_START + PUBLIC_LENGTH + 1;
    private static final int LENGTH = SECRET_START + SECRET_LENGTH;
    private static final String ALGORITHM = "HmacSHA256";
    private static final byte[] NOBODY = new byte[32];

    private final Mac keyed;

    /**
     * Takes the pepper of the box.
     *
     * @param pepper the key of the keyed hash, 32 bytes, the same for every box on one store
     */
    public KeyVerifier(byte[] pepper) {
        try {
            keyed = Mac.getInstance(ALGORITHM);
            keyed.init(new SecretKeySpec(pepper, ALGORITHM));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }

    /**
     * The credential whose text this is; empty for any other text. Whether it may still be used is for the caller to
     * check. A well-formed text costs the same whether its public part is known or not.
     */
    public Optional<Credential> find(PolicySnapshot snapshot, String presented) {
        if (!isWellFormed(presented)) {
            return Optional.empty();
        }
        Credential known = snapshot.credentials()
                .get(presented.substring(PUBLIC_START, PUBLIC_START + PUBLIC_LENGTH));
        byte[] expected = known == null ? NOBODY : known.secretHash();
        boolean same = MessageDigest.isEqual(hash(presented), expected);
        return known != null && same ? Optional.of(known) : Optional.empty();
    }

    /** The keyed hash of a whole key text. */
    public byte[] hash(String text) {
        try {
            // A copy of the keyed state: a Mac is not thread-safe, and making one anew costs a provider look-up.
            return ((Mac) keyed.clone()).doFinal(text.getBytes(StandardCharsets.ISO_8859_1));
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the JDK's own " + ALGORITHM + " can be copied", e);
        }
    }

    private static boolean isWellFormed(String presented) {
        if (presented.length() != LENGTH || !presented.startsWith(PREFIX)
                || presented.charAt(SECRET_START - 1) != '_') {
            return false;
        }
        for (int i = PUBLIC_START; i < LENGTH; i++) {
            char letter = presented.charAt(i);
            boolean inSecret = i >= SECRET_START - 1;
            if (!isAlphanumeric(letter) && !(inSecret && (letter == '-' || letter == '_'))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAlphanumeric(char letter) {
        return (letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z');
    }
}
