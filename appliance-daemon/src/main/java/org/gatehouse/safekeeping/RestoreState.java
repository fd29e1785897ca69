package org.gatehouse.safekeeping;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.machine.update.UpdateState.UpdateTrouble;
import org.gatehouse.machine.update.UpdateState.UpdateWork;

/** How the box stands with restoring a backup. Immutable. */
public record RestoreState(
        @About("Why this box can't restore one by itself, and what to do instead; null where it can.") @Nullable String unsupported,
        @About("How many bytes of a backup have been received; null when there is none.") @Nullable Long receivedBytes,
        @About("What is done right now; null when nothing is.") @Nullable UpdateWork work,
        @About("What went wrong with what was done last; null when nothing did.") @Nullable UpdateTrouble trouble,
        @About("The last restore, and what became of it; null when there was none.") @Nullable RestoreEnd last,
        @About("How many bytes are kept of what the box had before; 0 when nothing is.") long keptBytes) {

    /** What became of a restore. */
    public record RestoreEnd(@About("When it was asked for.") Instant at, @About("Who asked.") String by,
            @About("When the backup was made.") Instant createdAt,
            @About("The box that it was made on; null when it does not say.") @Nullable String box,
            @About("restored: the box has what the backup had; returned: it could not be opened, and the box has what it had before.") Outcome outcome,
            @About("Why it was returned; null when it was not.") @Nullable String reason) {}

    /** What became of it. */
    public enum Outcome {
        /** The backup's state is the box's. */
        RESTORED,
        /** It could not be opened, and the state of before is back. */
        RETURNED
    }

    /** What a backup is. */
    public record RestorableBackup(
            @About("The box that it was made on; null when it does not say.") @Nullable String box,
            @About("The version that wrote it; null when it does not say.") @Nullable String version,
            @About("When it was made.") Instant createdAt, @About("The version of its database.") String schema,
            @About("Whether it holds the key that opens it, under a passphrase.") boolean holdsKey,
            @About("Whether it opens with what was given: its passphrase, or this box's own key.") boolean opens,
            @About("How many users.") long users, @About("How many keys of clients.") long keys,
            @About("How many models.") long models, @About("How many records of the trail.") long records,
            @About("How many rows in all.") long rows,
            @About("How large it is when it is unpacked.") long unpackedBytes) {}
}
