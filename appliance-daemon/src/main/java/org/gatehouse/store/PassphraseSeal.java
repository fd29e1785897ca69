package org.gatehouse.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;

import javax.crypto.AEADBadTagException;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals a few bytes under a passphrase: PBKDF2 with HMAC-SHA-256, then AES-256-GCM. The form is iterations (4 bytes), salt
 * (16), sealed text. Stateless; takes half a second on purpose.
 */
final class PassphraseSeal {

    /** OWASP's password storage cheat sheet, 2023, for PBKDF2 with HMAC-SHA-256. */
    private static final int ITERATIONS = 600_000;
    /** More than that in a file would be there to keep us busy. */
    private static final int MOST_ITERATIONS = 10_000_000;
    private static final int SALT_BYTES = 16;
    private static final byte[] CONTEXT = "gatehouse passphrase seal 1".getBytes(StandardCharsets.US_ASCII);

    private PassphraseSeal() {}

    static byte[] seal(byte[] plain, char[] passphrase, SecureRandom random) {
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        byte[] sealed = AesGcm.seal(key(passphrase, salt, ITERATIONS), plain, CONTEXT, random);
        return ByteBuffer.allocate(4 + SALT_BYTES + sealed.length).putInt(ITERATIONS).put(salt).put(sealed).array();
    }

    /** @throws AEADBadTagException when the passphrase is wrong or the bytes were changed */
    static byte[] open(byte[] sealed, char[] passphrase) throws AEADBadTagException {
        ByteBuffer in = ByteBuffer.wrap(sealed);
        if (in.remaining() < 4 + SALT_BYTES) {
            throw new AEADBadTagException("too short");
        }
        int iterations = in.getInt();
        byte[] salt = new byte[SALT_BYTES];
        in.get(salt);
        if (iterations < 1 || iterations > MOST_ITERATIONS) {
            throw new AEADBadTagException("not the form it was written in");
        }
        return AesGcm.open(key(passphrase, salt, iterations), in, CONTEXT);
    }

    private static SecretKey key(char[] passphrase, byte[] salt, int iterations) {
        PBEKeySpec spec = new PBEKeySpec(passphrase, salt, iterations, 256);
        try {
            return new SecretKeySpec(
                    SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded(), "AES");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no PBKDF2", e);
        } finally {
            spec.clearPassword();
        }
    }
}
