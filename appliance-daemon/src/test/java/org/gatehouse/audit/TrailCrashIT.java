package org.gatehouse.audit;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.store.DataDirectory;
import org.gatehouse.store.Database;
import org.gatehouse.store.DatabaseSettings;
import org.gatehouse.store.SecretBox;

import static org.assertj.core.api.Assertions.assertThat;

/** A whole process is killed under load, embedded database and all, again and again. */
final class TrailCrashIT {

    /** More of them on demand: {@code -Dgatehouse.crash.rounds=100}. */
    private static final int ROUNDS = Integer.getInteger("gatehouse.crash.rounds", 4);

    @Test
    void nothingAcknowledgedIsLostAndNothingIsCountedTwiceOverManyKills(@TempDir Path directory)
            throws InterruptedException {
        Set<UUID> acknowledged = new HashSet<>();
        Random random = new Random(8);
        for (int round = 0; round < ROUNDS; round++) {
            try (ChildProcess daemon = ChildProcess.start(CrashingDaemon.class, directory.toString(),
                    String.valueOf(round))) {
                daemon.awaitLines(line -> line.startsWith("done "), 200 + random.nextInt(3_000));
                daemon.kill();
                daemon.lines().stream().filter(line -> line.startsWith("done "))
                        .map(line -> UUID.fromString(line.substring(5))).forEach(acknowledged::add);
            }
        }
        try (DataDirectory data = DataDirectory.open(directory);
                Database database = Database.open(new DatabaseSettings.Embedded(data.database()));
                Trail trail = CrashingDaemon.openTrail(data, database);
                InFlightJournal inFlight = InFlightJournal.open(data.journal(), Clock.systemUTC())) {
            assertThat(CrashingDaemon.settle(inFlight, trail, database)).as("calls killed in flight")
                    .isBetween(0, 16);
            assertThat(trail.flush(Duration.ofSeconds(20))).isTrue();
            List<UUID> rows = database.jdbi().withHandle(handle -> handle
                    .createQuery("SELECT id FROM trail WHERE kind = 'call'").mapTo(UUID.class).list());
            assertThat(rows).doesNotHaveDuplicates().containsAll(acknowledged);
            // Sixteen callers, each at most one call further than it could tell.
            assertThat(rows.size()).isBetween(acknowledged.size(), acknowledged.size() + 16 * ROUNDS);
            for (int grain = 1; grain <= 3; grain++) {
                String sums = " FROM usage_rollup WHERE grain = " + grain;
                assertThat(sum(database, "SELECT SUM(calls)" + sums)).as("calls by grain " + grain)
                        .isEqualTo(rows.size());
                assertThat(sum(database, "SELECT SUM(input_tokens) + SUM(output_tokens)" + sums))
                        .as("tokens by grain " + grain)
                        .isEqualTo(sum(database, "SELECT SUM(input_tokens) + SUM(output_tokens) FROM trail"));
            }
            SecretBox secretBox = SecretBox.open(database, data.secret(), new SecureRandom(), Clock.systemUTC());
            assertThat(TrailVerification.of(database, secretBox, trail).verify(null, null))
                    .isInstanceOf(VerificationResult.Intact.class);
        }
    }

    private static long sum(Database database, String sql) {
        return database.jdbi().withHandle(handle -> handle.createQuery(sql).mapTo(Long.class).one());
    }
}
