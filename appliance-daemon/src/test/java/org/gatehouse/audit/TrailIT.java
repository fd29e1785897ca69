package org.gatehouse.audit;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.LongStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.store.Databases;
import org.gatehouse.store.Ids;
import org.gatehouse.store.SecretBox;

import static org.assertj.core.api.Assertions.assertThat;

@ParameterizedClass
@EnumSource(Databases.class)
final class TrailIT {

    private static final Duration SOON = Duration.ofSeconds(60);

    private final Databases kind;
    private final SampleCalls samples = new SampleCalls(3);
    private final List<CallRecord> projected = new ArrayList<>();
    private Databases.Fresh fresh;
    private SecretBox secretBox;
    private TrailSettings settings;
    private Trail trail;

    TrailIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void open(@TempDir Path directory) {
        fresh = kind.fresh(directory);
        secretBox = SecretBox.open(fresh.database(), directory.resolve("secret"), new SecureRandom(),
                Clock.systemUTC());
        settings = new TrailSettings(new JournalSettings(directory.resolve("journal"), 1 << 20, 64 << 20), 1_000,
                Duration.ofMinutes(5));
        trail = reopen();
    }

    @AfterEach
    void close() {
        trail.close();
        fresh.close();
    }

    @Test
    void recordIsInTheDatabaseOnceFlushed() {
        CallRecord call = samples.completed(Instant.now());
        trail.appendDurably(call, null, SOON);
        assertThat(trail.flush(SOON)).isTrue();
        assertThat(records()).containsExactly(RecordJson.text(RecordJson.write(call)));
        assertThat(projected).containsExactly(call);
        assertThat(trail.state()).isInstanceOf(TrailState.Healthy.class);
    }

    @Test
    void receiptBecomesDurableWithoutAnybodyWaiting() throws InterruptedException {
        Receipt receipt = trail.append(samples.completed(Instant.now()), null);
        long deadline = System.nanoTime() + SOON.toNanos();
        while (!receipt.isDurable() && System.nanoTime() < deadline) {
            Thread.sleep(1);
        }
        assertThat(receipt.isDurable()).isTrue();
        receipt.awaitDurable(SOON);
    }

    @Test
    void nothingIsLostOrDoubledUnderTwoHundredCallers() throws InterruptedException {
        Set<UUID> acknowledged = ConcurrentHashMap.newKeySet();
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            SampleCalls own = new SampleCalls(100 + i);
            int caller = i;
            callers.add(Thread.ofVirtual().start(() -> {
                for (int n = 0; n < 20; n++) {
                    CallRecord call = own.completed(Instant.now());
                    if (caller % 2 == 0) {
                        trail.appendDurably(call, null, SOON);
                    } else {
                        trail.append(call, null).awaitDurable(SOON);
                    }
                    acknowledged.add(call.id());
                }
            }));
        }
        for (Thread caller : callers) {
            caller.join();
        }
        assertThat(acknowledged).hasSize(4_000);
        assertThat(trail.flush(SOON)).isTrue();
        assertThat(callIds()).hasSize(4_000);
        assertThat(new HashSet<>(callIds())).isEqualTo(acknowledged);
        assertThat(projected.stream().map(CallRecord::id)).doesNotHaveDuplicates().hasSize(4_000);
        assertThat(sequences()).isEqualTo(LongStream.rangeClosed(1, sequences().size()).boxed().toList());
    }

    @Test
    void interruptedCallerStillCommitsForEverybody() throws InterruptedException {
        for (int i = 0; i < 50; i++) {
            Thread caller = Thread.ofVirtual().start(() -> {
                Thread.currentThread().interrupt();
                trail.appendDurably(samples.completed(Instant.now()), null, SOON);
                assertThat(Thread.currentThread().isInterrupted()).isTrue();
            });
            caller.join();
        }
        trail.appendDurably(samples.completed(Instant.now()), null, SOON);
        assertThat(trail.flush(SOON)).isTrue();
        assertThat(callIds()).hasSize(51);
    }

    @Test
    void trailGoesOnWhereItEndedAfterARestart() {
        for (int i = 0; i < 30; i++) {
            trail.appendDurably(samples.completed(Instant.now()), null, SOON);
        }
        trail.close();
        trail = reopen();
        trail.appendDurably(samples.completed(Instant.now()), null, SOON);
        assertThat(trail.flush(SOON)).isTrue();
        assertThat(callIds()).hasSize(31);
        // 30 calls, the checkpoint of the stop, one call.
        assertThat(sequences()).isEqualTo(LongStream.rangeClosed(1, 32).boxed().toList());
        assertThat(projected).hasSize(31);
    }

    @Test
    void checkpointIsSignedAfterSoManyRecords() {
        for (int i = 0; i < 1_200; i++) {
            trail.append(samples.completed(Instant.now()), null);
            trail.flush(i % 400 == 399 ? SOON : Duration.ZERO);
        }
        trail.appendDurably(samples.completed(Instant.now()), null, SOON);
        trail.flush(SOON);
        // The checkpoint itself.
        trail.flush(SOON);
        List<byte[]> kinds = fresh.database().jdbi().withHandle(handle -> handle
                .createQuery("SELECT record FROM trail WHERE kind = 'checkpoint'").mapTo(byte[].class).list());
        assertThat(kinds).hasSize(1);
        assertThat(RecordJson.read(RecordJson.text(kinds.getFirst()))).isInstanceOf(Checkpoint.class);
    }

    @Test
    void oddTextInARecordIsStoredOnBothDatabases() {
        CallRecord odd = samples.completed(Instant.now());
        odd = new CallRecord(odd.id(), odd.traceId(), "\u0000\uD800x".repeat(200), odd.startedAt(), odd.caller(), "::1",
                "openai", "chat.completions", false, "\uD83D\uDE00".repeat(300), "m\u0000", null, null, false, 200,
                Outcome.COMPLETED, null, odd.usage(), odd.cost(), null, 1, null, null);
        trail.appendDurably(odd, null, SOON);
        assertThat(trail.flush(SOON)).isTrue();
        assertThat(callIds()).containsExactly(odd.id());
    }

    private Trail reopen() {
        return Trail.open(fresh.database(), secretBox, settings, List.of(this::project), Clock.systemUTC(), new Ids());
    }

    private void project(Connection connection, List<CallRecord> calls) {
        projected.addAll(calls);
    }

    private List<String> records() {
        return fresh.database().jdbi().withHandle(handle -> handle.createQuery("SELECT record FROM trail ORDER BY seq")
                .mapTo(byte[].class).map(RecordJson::text).list());
    }

    private List<UUID> callIds() {
        return fresh.database().jdbi().withHandle(handle -> handle
                .createQuery("SELECT id FROM trail WHERE kind = 'call' ORDER BY seq").mapTo(UUID.class).list());
    }

    private List<Long> sequences() {
        return fresh.database().jdbi().withHandle(
                handle -> handle.createQuery("SELECT seq FROM trail ORDER BY seq").mapTo(Long.class).list());
    }
}
