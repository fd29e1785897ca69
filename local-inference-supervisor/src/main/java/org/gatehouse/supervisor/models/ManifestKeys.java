package org.gatehouse.supervisor.models;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The Ed25519 key that signs manifests, and the earlier ones whose signatures still count. Whoever owns the box's keys makes one of
 * these; the store keeps no key itself. Immutable, thread-safe.
 */
public final class ManifestKeys {
    private static final String ALGORITHM = "Ed25519";
    private static final int ID_DIGITS = 16;

    private final KeyPair current;
    private final Map<String, PublicKey> known = new HashMap<>();

    /**
     * Signs with this pair.
     *
     * @param current an Ed25519 pair
     * @param earlier public keys of pairs that signed before it
     */
    public ManifestKeys(KeyPair current, List<PublicKey> earlier) {
        this.current = current;
        known.put(idOf(current.getPublic()), current.getPublic());
        earlier.forEach(key -> known.put(idOf(key), key));
    }

    /** Names the key that {@link #sign} uses; stands beside each signature. */
    String keyId() {
        return idOf(current.getPublic());
    }

    private static String idOf(PublicKey key) {
        return Digests.sha256(key.getEncoded()).substring(0, ID_DIGITS);
    }

    /** A signature of these bytes. */
    byte[] sign(byte[] bytes) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(current.getPrivate());
            signature.update(bytes);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the key of manifests cannot sign; give an Ed25519 key", e);
        }
    }

    /** Whether the key of this name is known and made this signature. */
    boolean verify(String keyId, byte[] bytes, byte[] signed) {
        PublicKey key = known.get(keyId);
        if (key == null) {
            return false;
        }
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(key);
            signature.update(bytes);
            return signature.verify(signed);
        } catch (SignatureException e) {
            return false; // Of the wrong length or shape.
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("key " + keyId + " cannot verify; give an Ed25519 key", e);
        }
    }
}
