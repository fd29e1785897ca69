package org.gatehouse.audit;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.store.Database;
import org.gatehouse.store.DatabaseSettings;
import org.gatehouse.store.Ids;
import org.gatehouse.store.PostgresServer;
import org.gatehouse.store.SecretBox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** PostgreSQL is stopped under the trail, and comes back. */
final class DatabaseAwayIT {

    private static final Duration SOON = Duration.ofSeconds(60);

    @Test
    void trailGoesOnUntilItsBoundRefusesThenAndRecoversByItself(@TempDir Path directory) throws InterruptedException {
        PostgresServer server = PostgresServer.start()
                .orElseGet(() -> Assumptions.abort("skipped: this machine has no PostgreSQL 15 of its own"));
        SampleCalls samples = new SampleCalls(2);
        List<UUID> acknowledged = new ArrayList<>();
        try (server;
                Database database = Database.open(new DatabaseSettings.Postgresql(server.url(), "gatehouse", ""),
                        Duration.ofSeconds(1))) {
            SecretBox secretBox = SecretBox.open(database, directory.resolve("secret"), new SecureRandom(),
                    Clock.systemUTC());
            TrailSettings settings = new TrailSettings(
                    new JournalSettings(directory.resolve("journal"), 1 << 20, 3 << 20), 100, Duration.ofMinutes(5));
            try (Trail trail = Trail.open(database, secretBox, settings, List.of(), Clock.systemUTC(), new Ids())) {
                append(trail, samples, 200, acknowledged);
                assertThat(trail.flush(SOON)).isTrue();
                server.stop();
                append(trail, samples, 500, acknowledged);
                await(() -> trail.state() instanceof TrailState.Degraded);
                assertThat(trail.flush(Duration.ofMillis(300))).isFalse();
                assertThatThrownBy(() -> append(trail, samples, 5_000, acknowledged))
                        .isInstanceOfSatisfying(TrailUnavailable.class,
                                e -> assertThat(e.reason()).isEqualTo(TrailUnavailable.Reason.DATABASE_AWAY));
                assertThat(trail.state()).isInstanceOf(TrailState.Refusing.class);

                server.startAgain();
                assertThat(trail.flush(Duration.ofSeconds(30))).isTrue();
                await(() -> trail.state() instanceof TrailState.Healthy);
                append(trail, samples, 50, acknowledged);
                assertThat(trail.flush(SOON)).isTrue();
                List<UUID> rows = database.jdbi().withHandle(
                        handle -> handle.createQuery("SELECT id FROM trail WHERE kind = 'call' ORDER BY seq")
                                .mapTo(UUID.class).list());
                assertThat(rows).isEqualTo(acknowledged);
                assertThat(TrailVerification.of(database, secretBox, trail).verify(null, null))
                        .isInstanceOf(VerificationResult.Intact.class);
            }
        }
    }

    private static void append(Trail trail, SampleCalls samples, int count, List<UUID> acknowledged) {
        for (int i = 0; i < count; i++) {
            CallRecord call = samples.completed(Instant.now());
            trail.appendDurably(call, null, SOON);
            acknowledged.add(call.id());
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + SOON.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("the trail's state changes in time").isLessThan(deadline);
            Thread.sleep(10);
        }
    }
}
