package org.gatehouse.audit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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

import org.gatehouse.store.Database;
import org.gatehouse.store.DatabaseSettings;
import org.gatehouse.store.Ids;
import org.gatehouse.store.SecretBox;

/**
 * Making a call's row durable: chained, written and forced to the disk under {@code java.io.tmpdir}, while the writer
 * brings the rows into an embedded database as it does in the daemon.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class TrailBenchmark {
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final UUID ID = new UUID(0x0190_0000_0000_7000L, 1L << 63);
    private static final Caller CALLER = new Caller(ID, ID, "Department", ID, "Project", ID, "bench", null, null);

    private final Ids ids = new Ids();
    private final Place place = new Place();

    private static final class Place {
        private final Path directory = temporary();
        private final Database database = Database
                .open(new DatabaseSettings.Embedded(directory.resolve("database")));
        private final Trail trail = Trail.open(database,
                SecretBox.open(database, directory.resolve("secret"), new SecureRandom(), Clock.systemUTC()),
                TrailSettings.with(JournalSettings.in(directory.resolve("journal"))), List.of(), Clock.systemUTC(),
                new Ids());

        private static Path temporary() {
            try {
                return Files.createTempDirectory("gatehouse-trail");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The first commit makes the files. */
    @Setup
    public void open() {
        append();
    }

    /** Leaves no files behind. */
    @TearDown
    public void close() throws IOException {
        place.trail.close();
        place.database.close();
        try (Stream<Path> files = Files.walk(place.directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** One caller: a whole forced write each. */
    @Benchmark
    public void alone() {
        append();
    }

    /** 64 callers that share the forced writes; the time is one caller's, so 64 rows were written in it. */
    @Benchmark
    @Threads(64)
    public void sixtyFourCallers() {
        append();
    }

    private void append() {
        place.trail.appendDurably(new CallRecord(ids.get(), "0af7651916cd43dd8448eb211c80319c", "req-1", Instant.now(),
                CALLER, "10.1.2.3", "openai", "chat.completions", true, null, "qwen3-32b", "qwen3-32b", "local-a", true,
                200, Outcome.COMPLETED, null, Usage.tokens(101, 37, Usage.Source.REPORTED),
                new Cost(new BigDecimal("0.000106"), "EUR"), 1_200L, 54_000, null, null), null, LONGEST);
    }
}
