package org.gatehouse.store;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;

/**
 * An Ed25519 key pair whose private half lies sealed in the store. Immutable, thread-safe.
 *
 * @param name what it is for
 */
public record SigningKey(String name, PublicKey publicKey, PrivateKey privateKey) {

    /** Signs; 64 bytes. */
    public byte[] sign(byte[] message) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(privateKey);
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK cannot sign with Ed25519", e);
        }
    }

    /** Whether a signature is this key's; needs the public half only. */
    public static boolean verifies(PublicKey key, byte[] message, byte[] signed) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initVerify(key);
            signature.update(message);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            // A signature of the wrong length or shape: it is not this key's.
            return false;
        }
    }

    /** Not the private key. */
    @Override
    public String toString() {
        return "SigningKey[" + name + "]";
    }
}
