package org.gatehouse.governance;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.Json;
import org.gatehouse.store.SecretBox;
import org.gatehouse.store.SecretPlace;

/**
 * Answers that hold a secret, kept sealed for a day under the client's idempotency key: a client that lost the answer
 * sends the same request again and gets the same answer instead of a second key. Thread-safe.
 */
final class IdempotentReplies {
    private static final Duration KEPT = Duration.ofHours(24);

    private final SecretBox secrets;

    IdempotentReplies(SecretBox secrets) {
        this.secrets = secrets;
    }

    @SuppressWarnings("ArrayRecordComponent") // never leaves this class, never changed
    private record Stored(String requestSha256, byte[] sealed) {
        @Override
        public String toString() {
            return "Stored";
        }
    }

    /**
     * The answer that was given before, or a new one that is kept.
     *
     * @param idempotencyKey the client's word for this attempt; {@code null} when it gave none
     * @param request the whole request as text: the same key for another request is refused
     */
    IssuedKey once(ChangeSet changes, @Nullable String idempotencyKey, String request, Supplier<IssuedKey> work) {
        if (idempotencyKey == null) {
            return work.get();
        }
        changes.handle().createUpdate("DELETE FROM idempotent_reply WHERE created_at < :end")
                .bind("end", changes.now().minus(KEPT).atOffset(ZoneOffset.UTC)).execute();
        String digest = sha256(request);
        Optional<Stored> stored = changes.handle().createQuery("""
                SELECT request_sha256, sealed_reply FROM idempotent_reply WHERE idempotency_key = :key
                """).bind("key", idempotencyKey).map((row, _) -> new Stored(row.getString(1), row.getBytes(2)))
                .findOne();
        SecretPlace place = new SecretPlace("idempotent_reply", idempotencyKey, "sealed_reply");
        if (stored.isPresent()) {
            if (!stored.get().requestSha256().equals(digest)) {
                throw RefusedException.conflict("The Idempotency-Key was used for another request within the last day."
                        + " Use a new one for each new request.");
            }
            return Json.trusted(secrets.openText(place, stored.get().sealed()), IssuedKey.class);
        }
        IssuedKey issued = work.get();
        changes.handle().createUpdate("""
                INSERT INTO idempotent_reply (idempotency_key, request_sha256, sealed_reply, created_at)
                VALUES (:key, :digest, :sealed, :now)
                """).bind("key", idempotencyKey).bind("digest", digest)
                .bind("sealed", secrets.sealText(place, Json.text(Json.tree(issued)))).bind("now", changes.timestamp())
                .execute();
        return issued;
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of().formatHex(
                    MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
