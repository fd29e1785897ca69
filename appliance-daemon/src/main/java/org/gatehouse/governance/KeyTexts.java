package org.gatehouse.governance;

import java.util.Base64;
import java.util.random.RandomGenerator;

import org.gatehouse.governance.snapshot.KeyVerifier;

/** Makes the texts of new keys. Thread-safe when its randomness is. */
final class KeyTexts {
    private static final String ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private final RandomGenerator random;

    KeyTexts(RandomGenerator random) {
        this.random = random;
    }

    /** Eight public characters: 47 bits, enough to tell a box's keys apart; the secret is what can't be guessed. */
    String publicId() {
        StringBuilder id = new StringBuilder(KeyVerifier.PUBLIC_LENGTH);
        for (int i = 0; i < KeyVerifier.PUBLIC_LENGTH; i++) {
            id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return id.toString();
    }

    /** A whole key text with a new secret of 256 bits. */
    String text(String publicId) {
        byte[] secret = new byte[32];
        random.nextBytes(secret);
        return KeyVerifier.PREFIX + publicId + "_" + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
    }
}
