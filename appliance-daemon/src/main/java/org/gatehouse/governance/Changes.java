package org.gatehouse.governance;

import java.lang.System.Logger.Level;
import java.sql.SQLException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;

import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

import org.gatehouse.audit.AdminRecord;
import org.gatehouse.store.Database;

/**
 * The one way in which anything governed changes: one transaction with the rows and their admin records, the records
 * into the trail, a new snapshot published. One change at a time in this process (the lock) and in the fleet (the row of
 * the revision), so whatever a change reads stays true until it commits. Thread-safe.
 */
final class Changes {
    private static final System.Logger LOG = System.getLogger(Changes.class.getName());

    private final Database database;
    private final Outbox outbox;
    private final Snapshots snapshots;
    private final Clock clock;
    private final Supplier<UUID> ids;
    private final ReentrantLock oneAtATime = new ReentrantLock();

    Changes(Database database, Outbox outbox, Snapshots snapshots, Clock clock, Supplier<UUID> ids) {
        this.database = database;
        this.outbox = outbox;
        this.snapshots = snapshots;
        this.clock = clock;
        this.ids = ids;
    }

    /** Makes a change, or refuses it and leaves everything as it was. */
    <T> Change<T> make(Actor actor, Function<ChangeSet, T> work) {
        return make(actor, false, work);
    }

    /**
     * Makes a change, or refuses it and leaves everything as it was.
     *
     * @param rehearsal whether to leave everything as it was in any case, to see what would come of it
     */
    <T> Change<T> make(Actor actor, boolean rehearsal, Function<ChangeSet, T> work) {
        // Its copies are waited for without the lock: the next change need not.
        return database.copiedTogether(() -> makeAlone(actor, rehearsal, work));
    }

    private <T> Change<T> makeAlone(Actor actor, boolean rehearsal, Function<ChangeSet, T> work) {
        oneAtATime.lock();
        try {
            List<AdminRecord> records = new ArrayList<>();
            T value = database.jdbi().inTransaction(handle -> {
                handle.execute("UPDATE governance_revision SET revision = revision + 1 WHERE id = 1");
                ChangeSet changes = new ChangeSet(handle, actor, clock.instant().truncatedTo(ChronoUnit.MICROS), ids);
                T made = work.apply(changes);
                changes.judge();
                if (rehearsal || changes.records().isEmpty()) {
                    handle.rollback();
                } else {
                    outbox.store(handle, changes.records());
                    records.addAll(changes.records());
                }
                return made;
            });
            if (!records.isEmpty()) {
                carryOut(records);
            }
            return new Change.Made<>(value);
        } catch (RefusedException e) {
            return new Change.Refused<>(e.refusal());
        } catch (UnableToExecuteStatementException e) {
            return new Change.Refused<>(explain(e));
        } finally {
            oneAtATime.unlock();
        }
    }

    /**
     * From here on the change is stored, and its admin records with it. So a failing trail does not undo it: they wait,
     * durable, and {@link Snapshots} tries again each second.
     */
    private void carryOut(List<AdminRecord> records) {
        try {
            outbox.carry(records);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "An admin action is stored but not yet in the trail: the trail did not take it."
                    + " It is tried again each second; check the data disk.", e);
        }
        snapshots.refresh();
    }

    /** A constraint of the database caught what no check above did. Anything else is a failure, not a refusal. */
    private static Refusal explain(UnableToExecuteStatementException e) {
        if (e.getCause() instanceof SQLException cause && cause.getSQLState() != null
                && cause.getSQLState().startsWith("23")) {
            return new Refusal.Conflict(
                    "The change contradicts what is stored: a name is taken or something else depends on it."
                            + " Read the current state and try again.");
        }
        throw e;
    }
}
