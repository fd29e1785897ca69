package org.gatehouse.governance;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.UUID;

import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.snapshot.KeyVerifier;

/**
 * The secrets of keys, stored as keyed hashes. A key has one newest, and while a rotation overlaps the one before, which
 * has an end. Thread-safe.
 */
final class KeySecrets {
    private final KeyVerifier verifier;
    private final KeyTexts texts;
    private final Clock clock;

    KeySecrets(KeyVerifier verifier, KeyTexts texts, Clock clock) {
        this.verifier = verifier;
        this.texts = texts;
        this.clock = clock;
    }

    Instant now() {
        return clock.instant();
    }

    /** Stores a key's first secret and returns the whole text, which exists nowhere else. */
    String add(ChangeSet changes, UUID key, @Nullable String publicId) {
        if (publicId != null && taken(changes.handle(), publicId)) {
            throw RefusedException.conflict("There is already a key with the public characters " + publicId
                    + ". Leave them out to get new ones.");
        }
        String text = texts.text(publicId == null ? freePublicId(changes.handle()) : publicId);
        changes.handle().createUpdate("""
                INSERT INTO api_key_secret (public_id, key_id, secret_hash, created_at)
                VALUES (:publicId, :key, :hash, :now)
                """).bind("publicId", publicIdOf(text)).bind("key", key).bind("hash", verifier.hash(text))
                .bind("now", changes.timestamp()).execute();
        return text;
    }

    /** Stores a new secret. The newest so far stays valid for the overlap; older ones end now. */
    String rotate(ChangeSet changes, UUID key, Duration overlap) {
        Instant end = changes.now().plus(overlap);
        changes.handle().createUpdate("DELETE FROM api_key_secret WHERE key_id = :key AND valid_until IS NOT NULL")
                .bind("key", key).execute();
        changes.handle().createUpdate("""
                UPDATE api_key_secret SET valid_until = :end WHERE key_id = :key AND valid_until IS NULL
                """).bind("key", key).bind("end", end.atOffset(ZoneOffset.UTC)).execute();
        return add(changes, key, null);
    }

    private String freePublicId(Handle handle) {
        String id = texts.publicId();
        while (taken(handle, id)) {
            id = texts.publicId();
        }
        return id;
    }

    private static boolean taken(Handle handle, String publicId) {
        return Checks.count(handle, "SELECT COUNT(*) FROM api_key_secret WHERE public_id = :value", publicId) > 0;
    }

    private static String publicIdOf(String text) {
        return text.substring(KeyVerifier.PREFIX.length(), KeyVerifier.PREFIX.length() + KeyVerifier.PUBLIC_LENGTH);
    }
}
