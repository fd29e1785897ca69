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
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

import org.gatehouse.store.Database;
import org.gatehouse.usage.UsageReport.Dimension;

/**
 * Sums up days that are over by each dimension alone, so that a report over a year reads thousands of rows and not hundreds of
 * thousands. A day that is added to later loses its digest in that same transaction, and gets another one; a report reads the day's own
 * rows meanwhile. Works on a thread of its own. Thread-safe.
 */
public final class UsageDigests implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(UsageDigests.class.getName());
    private static final Duration FIRST = Duration.ofSeconds(20);
    private static final Duration EVERY = Duration.ofMinutes(10);
    /** What was called before midnight and took long still comes then; sooner would be in vain. */
    private static final Duration OVER = Duration.ofHours(1);
    /** A transaction that added to a day before the day was marked has ended by then. */
    private static final Duration SETTLED = Duration.ofSeconds(5);
    private static final long DAY_SECONDS = Duration.ofDays(1).toSeconds();
    private static final int DAYS_AT_ONCE = 400;
    /** What is added up, in the table's order. */
    static final List<String> SUMS = List.of("calls", "refusals", "failures", "estimated", "input_tokens",
            "output_tokens", "cached_tokens", "cache_writes", "long_cache_writes", "reasoning",
            "audio_input_tokens", "image_input_tokens", "audio_output_tokens", "image_output_tokens", "audio_millis",
            "images", "characters", "cost", "micro_watt_hours", "gpu_micros", "local_cost", "cache_hits",
            "saved_tokens", "saved_cost");
    private static final String NIL = "CAST('00000000-0000-0000-0000-000000000000' AS UUID)";

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

    /** The form that keeps one dimension. */
    static int form(Dimension dimension) {
        return dimension.ordinal() + 1;
    }

    /** The form that has what a question is about; empty when none does. */
    static Optional<Dimension> fitting(UsageReport.Question question) {
        Set<Dimension> about = new TreeSet<>(question.groupBy());
        about.addAll(question.only().keySet());
        if (question.within() != null) {
            if (question.within().user() != null) {
                about.add(Dimension.USER);
            }
            if (!question.within().departments().isEmpty()) {
                about.add(Dimension.DEPARTMENT);
            }
        }
        return about.size() > 1
                ? Optional.empty()
                : about.stream().findFirst().or(() -> Optional.of(Dimension.DEPARTMENT));
    }

    /** The days in a range whose digest is whole. */
    static Set<Long> whole(Handle handle, long from, long to) {
        return handle.createQuery(
                "SELECT bucket FROM usage_digest_day WHERE bucket >= :from AND bucket < :to AND whole = TRUE")
                .bind("from", from).bind("to", to).mapTo(Long.class).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Takes away what days are summed up to, because something is added to them. */
    static void added(Connection connection, Collection<Bucket> touched) throws SQLException {
        Set<Long> days = touched.stream().filter(bucket -> bucket.grain() == Grain.DAY).map(Bucket::start)
                .collect(Collectors.toCollection(TreeSet::new));
        try (PreparedStatement delete = connection.prepareStatement("DELETE FROM usage_digest_day WHERE bucket = ?")) {
            for (long day : days) {
                delete.setLong(1, day);
                delete.executeUpdate();
            }
        }
    }

    /**
     * Makes the digests of days that are over and have none.
     *
     * @param settled how long to wait for transactions that are under way
     * @return how many days
     */
    static int make(Database database, Instant now, Duration settled) throws InterruptedException {
        return make(Jdbi.create(database.dataSource()), now, settled);
    }

    private static int make(Jdbi jdbi, Instant now, Duration settled) throws InterruptedException {
        long until = Grain.DAY.bucketOf(now.minus(OVER));
        List<Long> days = jdbi.inTransaction(handle -> {
            Optional<Long> first = handle.createQuery("SELECT MIN(bucket) FROM usage_rollup WHERE grain = 3")
                    .mapTo(Long.class).findOne();
            if (first.isEmpty()) {
                return List.of();
            }
            Set<Long> whole = whole(handle, first.get(), until);
            List<Long> open = LongStream.iterate(first.get(), day -> day < until, day -> day + DAY_SECONDS)
                    .filter(day -> !whole.contains(day)).limit(DAYS_AT_ONCE).boxed().toList();
            for (long day : open) {
                handle.createUpdate("DELETE FROM usage_digest_day WHERE bucket = :day").bind("day", day).execute();
                handle.createUpdate("INSERT INTO usage_digest_day (bucket, whole) VALUES (:day, FALSE)")
                        .bind("day", day).execute();
            }
            return open;
        });
        if (!days.isEmpty()) {
            Thread.sleep(settled);
        }
        int made = 0;
        for (long day : days) {
            made += jdbi.inTransaction(handle -> make(handle, day)) ? 1 : 0;
        }
        return made;
    }

    private static boolean make(Handle handle, long day) {
        handle.createUpdate("DELETE FROM usage_digest WHERE bucket = :day").bind("day", day).execute();
        for (Dimension dimension : Dimension.values()) {
            handle.createUpdate(sums(dimension)).bind("day", day).execute();
        }
        boolean untouched = handle
                .createUpdate("UPDATE usage_digest_day SET whole = TRUE WHERE bucket = :day AND whole = FALSE")
                .bind("day", day).execute() == 1;
        if (!untouched) {
            handle.rollback();
        }
        return untouched;
    }

    private static String sums(Dimension kept) {
        List<String> columns = new ArrayList<>();
        List<String> values = new ArrayList<>();
        for (Dimension dimension : Dimension.values()) {
            columns.add(dimension.column());
            values.add(dimension == kept ? "r." + dimension.column() : dimension.isId() ? NIL : "''");
        }
        return "INSERT INTO usage_digest (form, bucket, " + String.join(", ", columns) + ", line_currency, "
                + String.join(", ", SUMS) + ") SELECT " + form(kept) + ", r.bucket, " + String.join(", ", values)
                + ", r.line_currency, " + SUMS.stream().map(sum -> "SUM(r." + sum + ")")
                        .collect(Collectors.joining(", "))
                + " FROM (SELECT r.*, " + UsageReport.LINE_CURRENCY
                + " AS line_currency FROM usage_rollup r WHERE r.grain = 3 AND r.bucket = :day) AS r GROUP BY r.bucket, r."
                + kept.column() + ", r.line_currency";
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        thread.interrupt();
        thread.join(Duration.ofSeconds(5));
    }
}
