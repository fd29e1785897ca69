package org.gatehouse.audit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

import org.gatehouse.store.SigningKey;

/** Decides when a checkpoint is due, signs it and puts it into the trail. Thread-safe. */
final class Checkpoints {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

    private final Journal journal;
    private final UUID node;
    private final SigningKey key;
    private final Clock clock;
    private final Supplier<UUID> ids;
    private final int records;
    private final Duration after;
    private long covered;
    private Instant last;

    Checkpoints(Journal journal, UUID node, SigningKey key, Clock clock, Supplier<UUID> ids, TrailSettings settings) {
        this.journal = journal;
        this.node = node;
        this.key = key;
        this.clock = clock;
        this.ids = ids;
        this.records = settings.checkpointRecords();
        this.after = settings.checkpointAfter();
        this.covered = journal.head().sequence();
        this.last = clock.instant();
    }

    /**
     * Signs one if enough records or enough time went by since the last, and waits until it is durable. Costs about
     * 0.5 ms when it does.
     */
    void signWhenDue() {
        ChainHead head = journal.head();
        Instant now = clock.instant();
        synchronized (this) {
            long fresh = head.sequence() - covered;
            // The last record may be the checkpoint itself: an idle trail must not grow by its own checkpoints.
            if (fresh < records && (fresh <= 1 || now.isBefore(last.plus(after)))) {
                return;
            }
            covered = head.sequence();
            last = now;
        }
        try {
            journal.await(sign(head, now), LONGEST_WAIT);
        } catch (TrailUnavailable e) {
            System.getLogger(Checkpoints.class.getName()).log(System.Logger.Level.WARNING,
                    "A checkpoint could not be put into the trail: {0}", e.getMessage());
        }
    }

    /** Signs the end of the trail, for a clean stop, and waits until that is durable. */
    void signEnd(Duration longest) {
        ChainHead head = journal.head();
        if (head.sequence() > 0) {
            journal.await(sign(head, clock.instant()), longest);
        }
    }

    private Pending sign(ChainHead head, Instant now) {
        Checkpoint checkpoint = Checkpoint.of(ids.get(), now, node, head, key);
        return journal.enqueue(checkpoint, RecordJson.write(checkpoint), List.of(), true);
    }
}
