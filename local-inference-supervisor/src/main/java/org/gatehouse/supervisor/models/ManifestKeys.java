package org.gatehouse.supervisor.models;

/** The key that signs manifests. Whoever owns the box's keys hands it in. Must be thread-safe. */
public interface ManifestKeys {
    /** Names the key that {@link #sign} uses; stands beside each signature. */
    String keyId();

    /** An Ed25519 signature of these bytes. */
    byte[] sign(byte[] bytes);

    /** Whether the key of this name is known and made this signature. An earlier key may still be known. */
    boolean verify(String keyId, byte[] bytes, byte[] signature);
}
