package org.gatehouse.usage;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Outcome;
import org.gatehouse.store.Database;
import org.gatehouse.store.StoredText;

/**
 * How long calls take, by model and upstream: counted in memory, and added once a minute to one row an hour and one a day. A call
 * pays two lookups and two additions for it, and the trail nothing; days are added up from the hours when they are written. Other than the sums of usage this is no bookkeeping: a
 * killed box loses the counts of its last minute. Thread-safe.
 */
public final class Latencies implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Latencies.class.getName());
    private static final Duration EVERY = Duration.ofMinutes(1);
    private static final int LONGEST_NAME = 200;
    /** Models and upstreams are what admins set up; this is for a box on which they change all the time. */
    private static final int MOST_UNWRITTEN = 5_000;

    private final Jdbi jdbi;
    private final UUID node;
    private final Clock clock;
    private final Thread thread;
    private Map<Row, LatencyHistogram> unwritten = new HashMap<>();
    private volatile boolean closed;

    private record Row(long hour, String model, String upstream, Measure measure) {}

    /** What is measured. */
    public enum Measure {
        /** From the request line to the first byte of the answer. */
        FIRST_BYTE(1),
        /** From the request line to the end of the call. */
        TOTAL(2);

        private final int code;

        Measure(int code) {
            this.code = code;
        }
    }

    /**
     * Begins to write what is counted.
     *
     * @param node which box this is: each has rows of its own
     */
    public Latencies(Database database, UUID node, Clock clock) {
        // Not the database's own: that copies what people set with each commit, and waits for it.
        this.jdbi = Jdbi.create(database.dataSource());
        this.node = node;
        this.clock = clock;
        this.thread = Thread.ofVirtual().name("latencies").start(this::work);
    }

    /** A call was recorded. Calls that no upstream answered are not counted. */
    public void ended(CallRecord call) {
        String model = call.modelAsked();
        String upstream = call.upstream();
        if (model == null || upstream == null || call.outcome() != Outcome.COMPLETED) {
            return;
        }
        Long firstByte = call.firstByteMicros();
        long hour = Grain.HOUR.bucketOf(call.at());
        String name = StoredText.fit(model, LONGEST_NAME);
        synchronized (this) {
            count(new Row(hour, name, upstream, Measure.TOTAL), call.totalMicros());
            if (firstByte != null) {
                count(new Row(hour, name, upstream, Measure.FIRST_BYTE), firstByte);
            }
        }
    }

    private void count(Row row, long micros) {
        LatencyHistogram histogram = unwritten.get(row);
        if (histogram == null) {
            if (unwritten.size() >= MOST_UNWRITTEN) {
                return;
            }
            histogram = new LatencyHistogram();
            unwritten.put(row, histogram);
        }
        histogram.add(micros);
    }

    private void work() {
        boolean failing = false;
        while (!closed) {
            try {
                Thread.sleep(EVERY);
                write();
                failing = false;
            } catch (InterruptedException _) {
                return;
            } catch (RuntimeException e) {
                if (!failing) {
                    LOG.log(System.Logger.Level.WARNING, "How long calls take can't be written for now; it is tried"
                            + " again: " + e.getMessage());
                }
                failing = true;
            }
        }
    }

    /** Adds what was counted to the store. */
    public void write() {
        Map<Row, LatencyHistogram> taken;
        synchronized (this) {
            taken = unwritten;
            unwritten = new HashMap<>();
        }
        if (taken.isEmpty()) {
            return;
        }
        try {
            jdbi.useTransaction(handle -> {
                taken.forEach((row, histogram) -> {
                    add(handle, Grain.HOUR, row, histogram);
                    add(handle, Grain.DAY, row, histogram);
                });
                handle.createUpdate("DELETE FROM latency_rollup WHERE grain = :grain AND bucket < :before")
                        .bind("grain", Grain.HOUR.code()).bind("before", Grain.HOUR.keptSince(clock.instant()))
                        .execute();
            });
        } catch (RuntimeException e) {
            synchronized (this) {
                taken.forEach((row, histogram) -> unwritten.computeIfAbsent(row, _ -> new LatencyHistogram())
                        .add(histogram));
            }
            throw e;
        }
    }

    private void add(Handle handle, Grain grain, Row row, LatencyHistogram more) {
        Optional<byte[]> stored = named(handle.createQuery("SELECT counts FROM latency_rollup WHERE " + KEY),
                grain, row)
                .mapTo(byte[].class).findOne();
        LatencyHistogram sum = stored.map(LatencyHistogram::of).orElseGet(LatencyHistogram::new);
        sum.add(more);
        handle.createUpdate(stored.isPresent()
                ? "UPDATE latency_rollup SET counts = :counts WHERE " + KEY
                : """
                        INSERT INTO latency_rollup (node, grain, bucket, model, upstream, measure, counts)
                        VALUES (:node, :grain, :bucket, :model, :upstream, :measure, :counts)
                        """)
                .bind("counts", sum.bytes()).bind("node", node).bind("grain", grain.code())
                .bind("bucket", grain.bucketOf(row.hour())).bind("model", row.model()).bind("upstream", row.upstream())
                .bind("measure", row.measure().code).execute();
    }

    private static final String KEY = """
            node = :node AND grain = :grain AND bucket = :bucket AND model = :model AND upstream = :upstream
                AND measure = :measure""";

    private Query named(Query query, Grain grain, Row row) {
        return query.bind("node", node).bind("grain", grain.code()).bind("bucket", grain.bucketOf(row.hour()))
                .bind("model", row.model()).bind("upstream", row.upstream()).bind("measure", row.measure().code);
    }

    /**
     * What to report.
     *
     * @param from the first moment, rounded down to the grain
     * @param to the first moment behind the end
     * @param grain hour or day: how finely {@code from} and {@code to} cut, and time where {@code cut}
     * @param cut whether each bucket has lines of its own
     */
    public record Question(Instant from, Instant to, Grain grain, boolean cut, boolean byModel, boolean byUpstream,
            @Nullable String model, @Nullable String upstream) {}

    /**
     * A line.
     *
     * @param start of its bucket; {@code null} when time is not cut
     * @param model {@code null} when it is not split by models
     * @param upstream likewise
     */
    public record Line(@Nullable Instant start, @Nullable String model, @Nullable String upstream,
            LatencyHistogram firstByte, LatencyHistogram total) {}

    /** Answers a question, lines in the order of time, model and upstream. */
    public List<Line> report(Question question) {
        record Group(long bucket, String model, String upstream) {}
        Map<Group, Line> lines = new HashMap<>();
        List<String> conditions = new ArrayList<>(
                List.of("grain = :grain", "bucket >= :from", "bucket < :to"));
        if (question.model() != null) {
            conditions.add("model = :model");
        }
        if (question.upstream() != null) {
            conditions.add("upstream = :upstream");
        }
        jdbi.useHandle(handle -> {
            Query query = handle
                    .createQuery("SELECT bucket, model, upstream, measure, counts FROM latency_rollup WHERE "
                            + String.join(" AND ", conditions))
                    .bind("grain", question.grain().code())
                    .bind("from", question.grain().bucketOf(question.from()))
                    .bind("to", question.to().getEpochSecond());
            if (question.model() != null) {
                query.bind("model", question.model());
            }
            if (question.upstream() != null) {
                query.bind("upstream", question.upstream());
            }
            query.map((row, _) -> {
                Group group = new Group(question.cut() ? row.getLong("bucket") : 0,
                        question.byModel() ? row.getString("model") : "",
                        question.byUpstream() ? row.getString("upstream") : "");
                Line line = lines.computeIfAbsent(group, _ -> new Line(
                        question.cut() ? Instant.ofEpochSecond(group.bucket()) : null,
                        question.byModel() ? group.model() : null, question.byUpstream() ? group.upstream() : null,
                        new LatencyHistogram(), new LatencyHistogram()));
                LatencyHistogram part = LatencyHistogram.of(row.getBytes("counts"));
                (row.getInt("measure") == Measure.TOTAL.code ? line.total() : line.firstByte()).add(part);
                return group;
            }).list();
        });
        return lines.entrySet().stream().sorted(Map.Entry.comparingByKey(
                java.util.Comparator.comparingLong(Group::bucket).thenComparing(Group::model)
                        .thenComparing(Group::upstream)))
                .map(Map.Entry::getValue).toList();
    }

    /** Writes what is left, if the store takes it. */
    @Override
    public void close() throws InterruptedException {
        closed = true;
        thread.interrupt();
        thread.join(Duration.ofSeconds(5));
        try {
            write();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "The last minute's times of calls are lost: " + e.getMessage());
        }
    }
}
