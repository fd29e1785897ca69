package org.gatehouse.usage;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Caller;
import org.gatehouse.audit.Cost;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.Usage;
import org.gatehouse.store.Database;
import org.gatehouse.store.DatabaseSettings;

/**
 * What the books cost beside the trail: counting how long a call took, which every call pays, and adding a batch of a hundred calls to
 * the sums in an embedded database, which the trail's writer pays behind them.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class UsageBenchmark {
    private static final UUID ID = new UUID(0x0190_0000_0000_7000L, 1L << 63);
    private static final int BATCH = 100;

    private final List<CallRecord> calls = new ArrayList<>();
    private final List<Bucket> touched = new ArrayList<>();
    private final UsageRollups rollups = new UsageRollups();
    private final Place place = Place.open();

    /** A database below {@code java.io.tmpdir}. */
    private record Place(Path directory, Database database, Connection connection, Latencies latencies) {
        static Place open() {
            try {
                Path directory = Files.createTempDirectory("gatehouse-usage");
                Database database = Database.open(new DatabaseSettings.Embedded(directory.resolve("database")));
                Connection connection = database.dataSource().getConnection();
                connection.setAutoCommit(false);
                return new Place(directory, database, connection, new Latencies(database, ID, Clock.systemUTC()));
            } catch (IOException | SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Calls of ten keys to two models. */
    @Setup
    public void calls() {
        Instant now = Instant.now();
        for (int i = 0; i < BATCH; i++) {
            Caller caller = new Caller(ID, ID, "Department", ID, "Project", new UUID(7, i % 10), "bench", null, null);
            String model = "model-" + i % 2;
            CallRecord call = new CallRecord(new UUID(8, i), "0af7651916cd43dd8448eb211c80319c", "req-1", now, caller,
                    "10.1.2.3", "openai", "chat.completions", true, null, model, model, "local-a", true, 200,
                    Outcome.COMPLETED, null, Usage.tokens(101, 37, Usage.Source.REPORTED),
                    new Cost(new BigDecimal("0.000106"), "EUR"), 1_200L + i, 54_000 + i * 100, null, null);
            calls.add(call);
            touched.add(Bucket.of(Grain.DAY, call, ""));
        }
    }

    /** Leaves no files behind. */
    @TearDown
    public void close() throws Exception {
        place.latencies().close();
        place.connection().close();
        place.database().close();
        try (Stream<Path> files = Files.walk(place.directory())) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** A call's times, counted. */
    @Benchmark
    public void latency() {
        place.latencies().ended(calls.getFirst());
    }

    /** The same with four threads at the one lock. */
    @Benchmark
    @Threads(4)
    public void latencyWithFourThreads() {
        place.latencies().ended(calls.getFirst());
    }

    /** A hundred calls, added to sixty sums and committed. */
    @Benchmark
    public void sumsOfAHundredCalls() throws SQLException {
        rollups.apply(place.connection(), calls);
        place.connection().commit();
    }

    /** Of that, what it takes that no digest stays of a day that is added to. */
    @Benchmark
    public void marksOfAHundredCalls() throws SQLException {
        UsageDigests.added(place.connection(), touched);
        place.connection().commit();
    }
}
