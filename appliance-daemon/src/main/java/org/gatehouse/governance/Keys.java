package org.gatehouse.governance;

import java.time.Duration;
import java.util.UUID;

import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.snapshot.KeyRecord;

/**
 * Gateway keys. Reading, changing and deleting is as with every {@link Noun}; making and rotating give out the key's text,
 * once. Thread-safe.
 */
public final class Keys {
    /** The longest time for which the secret before stays valid after a rotation. */
    public static final Duration LONGEST_OVERLAP = Duration.ofDays(30);

    /** What the names of keys begin with that people try models with. */
    private static final String TRIAL_NAME = "playground ";

    private final Noun<Key, KeyDraft> noun;
    private final Changes changes;
    private final Nouns nouns;
    private final IdempotentReplies replies;

    Keys(Jdbi jdbi, Changes changes, Nouns nouns, IdempotentReplies replies) {
        this.noun = new Noun<>(jdbi, changes, nouns.keys());
        this.changes = changes;
        this.nouns = nouns;
        this.replies = replies;
    }

    /** Read, change and delete. A key that is not revoked can't be deleted. */
    public Noun<Key, KeyDraft> noun() {
        return noun;
    }

    /**
     * Makes a key.
     *
     * @param idempotencyKey repeats the first answer for a day instead of making a second key; {@code null} for none
     */
    public Change<IssuedKey> create(Actor actor, NewKeyDraft draft, @Nullable String idempotencyKey) {
        String request = "create " + Json.text(Json.tree(draft));
        return changes.make(actor, change -> replies.once(change, idempotencyKey, request,
                () -> nouns.keys().issue(change, draft, null)));
    }

    /**
     * Gives a key a new public part and a new secret. It keeps its id, bindings, limits and counts.
     *
     * @param version refuses when the key is of another version; {@code null} to not care
     * @param overlap how long the secret before stays valid, 0 to 30 days; {@code null} for what settings say
     * @param idempotencyKey as in {@link #create}
     */
    public Change<IssuedKey> rotate(Actor actor, UUID id, @Nullable Long version, @Nullable Duration overlap,
            @Nullable String idempotencyKey) {
        String request = "rotate " + id + " " + overlap;
        return changes.make(actor, change -> replies.once(change, idempotencyKey, request, () -> {
            Key stored = nouns.keys().need(change.handle(), id);
            Noun.requireVersion("key", stored, version);
            Duration length = overlap == null
                    ? Duration.ofHours(nouns.settings().only(change.handle()).rotationOverlapHours())
                    : overlap;
            if (length.isNegative() || length.compareTo(LONGEST_OVERLAP) > 0) {
                throw RefusedException.invalid("overlapSeconds", "must be between 0 and 30 days");
            }
            return nouns.keys().rotate(change, stored, length);
        }));
    }

    /**
     * Gives somebody a secret to try models with on behalf of a project, for a short while. It is one of the key that they have in the
     * project for this: made when they first want one, and found again later, so that usage, limits and the trail know one key and not
     * one a visit. What was set for that key by others (models, limits, whether it is disabled) stays.
     *
     * @param owner whose calls these are; {@code null} for whoever holds an admin token
     * @param life until the secret, and the one before, are refused
     */
    public Change<IssuedKey> tryOut(Actor actor, UUID project, @Nullable UUID owner, Duration life) {
        return changes.make(actor,
                change -> nouns.keys().tryOut(change, TRIAL_NAME + actor.title(), project, owner, life));
    }

    /** Refuses its calls until it is enabled again. */
    public Change<Key> disable(Actor actor, UUID id, @Nullable Long version) {
        return enter(actor, id, version, KeyRecord.State.DISABLED, "disable");
    }

    /** Takes its calls again. */
    public Change<Key> enable(Actor actor, UUID id, @Nullable Long version) {
        return enter(actor, id, version, KeyRecord.State.ACTIVE, "enable");
    }

    /** Refuses its calls for ever. */
    public Change<Key> revoke(Actor actor, UUID id, @Nullable Long version) {
        return enter(actor, id, version, KeyRecord.State.REVOKED, "revoke");
    }

    private Change<Key> enter(Actor actor, UUID id, @Nullable Long version, KeyRecord.State state, String verb) {
        return changes.make(actor, change -> {
            Key stored = nouns.keys().need(change.handle(), id);
            Noun.requireVersion("key", stored, version);
            return nouns.keys().enter(change, stored, state, verb);
        });
    }
}
