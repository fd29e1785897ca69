package org.gatehouse.modelstore;

import java.time.Clock;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.gatehouse.governance.AdminTrail;
import org.gatehouse.store.SecretBox;
import org.gatehouse.store.SigningKey;
import org.gatehouse.supervisor.models.ManifestKeys;

/**
 * What the model store works with.
 *
 * @param keys the keys of manifests, asked for when the store is opened
 * @param trail where changes are recorded
 * @param nanoTime a clock that never jumps
 */
public record Surroundings(Supplier<ManifestKeys> keys, AdminTrail trail, Clock clock, LongSupplier nanoTime,
        Supplier<UUID> ids) {
    private static final String KEY = "model-manifests";

    /** The key of manifests lies sealed in the store, so it lasts over restarts, and a backup has it. */
    public static Supplier<ManifestKeys> keysIn(SecretBox secrets) {
        return () -> {
            SigningKey key = secrets.signingKey(KEY);
            return new ManifestKeys(new java.security.KeyPair(key.publicKey(), key.privateKey()),
                    java.util.List.of());
        };
    }
}
