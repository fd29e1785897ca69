package org.gatehouse.modelstore;

import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.supervisor.models.Verification;

/** A look at a stored model, or the last one there was. Immutable. */
public record ModelCheck(
        @About("quick (signature, names and sizes) or full (every byte).") Verification.Depth depth,
        @About("running, sound, unsound, or failed (the disk could not be read).") State state,
        @About("When it began.") Instant startedAt,
        @About("When it ended; null while it runs.") @Nullable Instant endedAt,
        @About("What is not as it was imported, the first hundred of it.") List<String> findings,
        @About("How many findings there are in all.") int findingCount) {
    private static final int MOST_FINDINGS = 100;

    /** How it stands. */
    public enum State {
        /** It is being read. */
        RUNNING,
        /** All is as it was imported. */
        SOUND,
        /** Something is not. */
        UNSOUND,
        /** It could not be read to its end. */
        FAILED
    }

    /** Copies the findings. */
    public ModelCheck {
        findings = List.copyOf(findings);
    }

    static ModelCheck running(Verification.Depth depth, Instant now) {
        return new ModelCheck(depth, State.RUNNING, now, null, List.of(), 0);
    }

    ModelCheck ended(State how, List<String> found, Instant now) {
        return new ModelCheck(depth, how, startedAt, now, found.stream().limit(MOST_FINDINGS).toList(), found.size());
    }

    /** A quick look that finds nothing says nothing about bytes that a full one found changed. */
    boolean outweighs(ModelCheck later) {
        return depth == Verification.Depth.FULL && state == State.UNSOUND && later.depth() == Verification.Depth.QUICK
                && later.state() == State.SOUND;
    }
}
