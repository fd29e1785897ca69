package org.gatehouse.usage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

import org.gatehouse.store.Database;
import org.gatehouse.usage.UsageReport.Dimension;

/**
 * Sums up days that are over, and their hours, by each dimension alone, and blocks of days with all dimensions, so that a report over
 * a year reads thousands of rows and not hundreds of thousands. A day that is added to later loses what is summed up of it in that same
 * transaction, and is summed up again; a report reads the day's own rows meanwhile. Works on a thread of its own. Thread-safe.
 */
public final class UsageDigests implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(UsageDigests.class.getName());
    private static final Duration FIRST = Duration.ofSeconds(20);
    private static final Duration EVERY = Duration.ofMinutes(10);
    /** What was called before midnight and took long still comes then; sooner would be in vain. */
    private static final Duration OVER = Duration.ofHours(1);
    /** A transaction that added to a day before the day was marked has ended by then. */
    private static final Duration SETTLED = Duration.ofSeconds(5);
    private static final int MOST_AT_ONCE = 400;

    private final Jdbi jdbi;
    private final Clock clock;
    private final Thread thread;
    private volatile boolean closed;

    private UsageDigests(Database database, Clock clock) {
        // Not the database's own: that copies what people set with each commit, and waits for it.
        this.jdbi = Jdbi.create(database.dataSource());
        this.clock = clock;
        this.thread = Thread.ofPlatform().daemon().priority(Thread.MIN_PRIORITY).name("usage-digests")
                .unstarted(this::work);
    }

    /** Begins to make them. */
    public static UsageDigests open(Database database, Clock clock) {
        UsageDigests digests = new UsageDigests(database, clock);
        digests.thread.start();
        return digests;
    }

    private void work() {
        Duration wait = FIRST;
        while (!closed) {
            try {
                Thread.sleep(wait);
                wait = EVERY;
                make(jdbi, clock.instant(), SETTLED);
            } catch (InterruptedException _) {
                return;
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "Days could not be summed up, so long reports take longer; it is"
                        + " tried again: " + e.getMessage());
            }
        }
    }

    /** The stretches of that length, by their first second, that touch a range and whose digest is whole; in order. */
    static SortedSet<Long> whole(Handle handle, Stretch stretch, long from, long to) {
        return handle.createQuery("""
                SELECT bucket FROM usage_digest_mark
                WHERE days = :days AND bucket >= :from AND bucket < :to AND whole = TRUE""")
                .bind("days", stretch.days()).bind("from", stretch.startOf(from)).bind("to", to).mapTo(Long.class)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Takes away what days are summed up to, because something is added to them. */
    static void added(Connection connection, Collection<Bucket> touched) throws SQLException {
        Set<Long> days = touched.stream().filter(bucket -> bucket.grain() == Grain.DAY).map(Bucket::start)
                .collect(Collectors.toCollection(TreeSet::new));
        try (PreparedStatement delete = connection
                .prepareStatement("DELETE FROM usage_digest_mark WHERE days = ? AND bucket = ?")) {
            // Always in the same order: two boxes on one database must not lock marks crosswise.
            for (Stretch stretch : Stretch.values()) {
                for (long start : days.stream().map(stretch::startOf).collect(Collectors.toCollection(TreeSet::new))) {
                    delete.setInt(1, stretch.days());
                    delete.setLong(2, start);
                    delete.addBatch();
                }
            }
            delete.executeBatch();
        }
    }

    /**
     * Makes the digests of stretches that are over and have none.
     *
     * @param settled how long to wait for transactions that are under way
     * @return how many stretches
     */
    static int make(Database database, Instant now, Duration settled) throws InterruptedException {
        return make(Jdbi.create(database.dataSource()), now, settled);
    }

    private record Due(Stretch stretch, long start) {
        int on(Handle handle, String sql) {
            return handle.createUpdate(sql).bind("days", stretch.days()).bind("start", start).execute();
        }
    }

    private static int make(Jdbi jdbi, Instant now, Duration settled) throws InterruptedException {
        List<Due> all = jdbi.inTransaction(handle -> {
            List<Due> due = due(handle, Grain.DAY.bucketOf(now.minus(OVER)));
            for (Due one : due) {
                one.on(handle, "DELETE FROM usage_digest_mark WHERE days = :days AND bucket = :start");
                one.on(handle, "INSERT INTO usage_digest_mark (days, bucket, whole) VALUES (:days, :start, FALSE)");
            }
            return due;
        });
        if (!all.isEmpty()) {
            Thread.sleep(settled);
        }
        int made = 0;
        for (Due one : all) {
            made += jdbi.inTransaction(handle -> make(handle, one)) ? 1 : 0;
        }
        return made;
    }

    /** In the order in which {@link #added} takes marks away. */
    private static List<Due> due(Handle handle, long until) {
        Optional<Long> first = handle.createQuery("SELECT MIN(bucket) FROM usage_rollup WHERE grain = 3")
                .mapTo(Long.class).findOne();
        if (first.isEmpty()) {
            return List.of();
        }
        List<Due> due = new ArrayList<>();
        for (Stretch stretch : Stretch.values()) {
            Set<Long> whole = whole(handle, stretch, first.get(), until);
            LongStream.iterate(stretch.startOf(first.get()), start -> start + stretch.seconds() <= until,
                    start -> start + stretch.seconds())
                    .filter(start -> !whole.contains(start)).limit(MOST_AT_ONCE)
                    .forEach(start -> due.add(new Due(stretch, start)));
        }
        return due;
    }

    private static boolean make(Handle handle, Due due) {
        long end = due.start() + due.stretch().seconds();
        for (DigestForm form : DigestForm.of(due.stretch())) {
            handle.createUpdate("DELETE FROM usage_digest WHERE form = :form AND bucket >= :from AND bucket < :to")
                    .bind("form", form.code()).bind("from", due.start()).bind("to", end).execute();
            handle.createUpdate(form.insertion()).bind("from", due.start()).bind("to", end).execute();
        }
        boolean untouched = due.on(handle,
                "UPDATE usage_digest_mark SET whole = TRUE WHERE days = :days AND bucket = :start AND whole = FALSE") == 1;
        if (!untouched) {
            handle.rollback();
        }
        return untouched;
    }

    /** Removes what is summed up of hours that are removed. */
    static void forgetHours(Handle handle, long before) {
        for (Dimension dimension : Dimension.values()) {
            handle.createUpdate("DELETE FROM usage_digest WHERE form = :form AND bucket < :before")
                    .bind("form", DigestForm.by(dimension, Grain.HOUR).code()).bind("before", before).execute();
        }
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        thread.interrupt();
        thread.join(Duration.ofSeconds(5));
    }
}
