package org.gatehouse.batch;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * Rows that a key had the box carry out. Immutable: one state of it.
 *
 * @param box which carries it out, and has its files
 * @param address from where it was ordered; each row counts as coming from there
 * @param scenario the business scenario that each row is filed under
 * @param outputFile where the results of good rows are gathered
 * @param errorFile where the others are
 * @param hasOutput whether there is such a file for the client
 * @param hasErrors likewise
 * @param outputKept how long both are kept
 * @param metadata the client's own
 * @param problems why it could not begin
 * @param expiresAt when what is not done by then stays undone
 * @param endedAt when it reached a state that it will not leave
 */
public record Batch(UUID id, UUID box, UUID project, UUID key, String keyName, String address,
        @Nullable String scenario, Endpoint endpoint, UUID inputFile, UUID outputFile, UUID errorFile,
        boolean hasOutput, boolean hasErrors, Duration outputKept, Map<String, String> metadata, State state,
        List<LineProblem> problems, Counts counts, Instant createdAt, Instant expiresAt, @Nullable Instant beganAt,
        @Nullable Instant cancellingAt, @Nullable Instant finalizingAt, @Nullable Instant endedAt) {

    /** The states of a batch, as OpenAI has them. */
    public enum State {
        VALIDATING, IN_PROGRESS, FINALIZING, CANCELLING, COMPLETED, FAILED, EXPIRED, CANCELLED;

        /** OpenAI's word. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Whether it will not leave it. */
        public boolean last() {
            return switch (this) {
                case COMPLETED, FAILED, EXPIRED, CANCELLED -> true;
                case VALIDATING, IN_PROGRESS, FINALIZING, CANCELLING -> false;
            };
        }
    }

    /**
     * How far it is.
     *
     * @param total its rows; 0 until they were checked
     * @param completed rows that were answered
     * @param failed rows that were not
     */
    public record Counts(long total, long completed, long failed) {
        /** Nothing is known yet. */
        public static final Counts NONE = new Counts(0, 0, 0);
    }

    /** Copies the collections. */
    public Batch {
        metadata = Map.copyOf(metadata);
        problems = List.copyOf(problems);
    }

    /** How clients name it. */
    public String publicId() {
        return PublicIds.BATCH.write(id);
    }

    Batch with(State next, Counts now) {
        return new Batch(id, box, project, key, keyName, address, scenario, endpoint, inputFile, outputFile, errorFile,
                hasOutput, hasErrors, outputKept, metadata, next, problems, now, createdAt, expiresAt, beganAt,
                cancellingAt, finalizingAt, endedAt);
    }

    Batch began(Instant at, long rows) {
        return new Batch(id, box, project, key, keyName, address, scenario, endpoint, inputFile, outputFile, errorFile,
                hasOutput, hasErrors, outputKept, metadata, State.IN_PROGRESS, problems, new Counts(rows, 0, 0),
                createdAt, expiresAt, at, cancellingAt, finalizingAt, endedAt);
    }

    Batch failed(Instant at, List<LineProblem> why) {
        return new Batch(id, box, project, key, keyName, address, scenario, endpoint, inputFile, outputFile, errorFile,
                hasOutput, hasErrors, outputKept, metadata, State.FAILED, why, counts, createdAt, expiresAt, beganAt,
                cancellingAt, finalizingAt, at);
    }

    Batch cancelling(Instant at) {
        return new Batch(id, box, project, key, keyName, address, scenario, endpoint, inputFile, outputFile, errorFile,
                hasOutput, hasErrors, outputKept, metadata, State.CANCELLING, problems, counts, createdAt, expiresAt,
                beganAt, at, finalizingAt, endedAt);
    }

    Batch finalizing(Instant at, Counts now) {
        return new Batch(id, box, project, key, keyName, address, scenario, endpoint, inputFile, outputFile, errorFile,
                hasOutput, hasErrors, outputKept, metadata, State.FINALIZING, problems, now, createdAt, expiresAt,
                beganAt, cancellingAt, at, endedAt);
    }

    Batch ended(Instant at, State last, Counts now, boolean output, boolean errors) {
        return new Batch(id, box, project, key, keyName, address, scenario, endpoint, inputFile, outputFile, errorFile,
                output, errors, outputKept, metadata, last, problems, now, createdAt, expiresAt, beganAt, cancellingAt,
                finalizingAt, at);
    }
}
