package org.gatehouse.supervisor.models;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.SignatureException;

/** {@link ManifestKeys} of one key pair in memory. Thread-safe. */
public final class Ed25519Keys implements ManifestKeys {
    private static final String ALGORITHM = "Ed25519";

    private final String keyId;
    private final KeyPair pair;

    /**
     * Keys of this pair.
     *
     * @param keyId names it in manifests
     * @param pair an Ed25519 pair
     */
    public Ed25519Keys(String keyId, KeyPair pair) {
        this.keyId = keyId;
        this.pair = pair;
    }

    @Override
    public String keyId() {
        return keyId;
    }

    @Override
    public byte[] sign(byte[] bytes) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(pair.getPrivate());
            signature.update(bytes);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("key " + keyId + " cannot sign; give an Ed25519 key", e);
        }
    }

    @Override
    public boolean verify(String wantedId, byte[] bytes, byte[] signed) {
        if (!wantedId.equals(keyId)) {
            return false;
        }
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(pair.getPublic());
            signature.update(bytes);
            return signature.verify(signed);
        } catch (SignatureException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("key " + keyId + " cannot verify; give an Ed25519 key", e);
        }
    }
}
