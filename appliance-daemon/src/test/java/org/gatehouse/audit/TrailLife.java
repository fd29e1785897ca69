package org.gatehouse.audit;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;

import org.gatehouse.store.DataDirectory;
import org.gatehouse.store.Database;
import org.gatehouse.store.DatabaseSettings;
import org.gatehouse.store.Ids;
import org.gatehouse.store.SecretBox;
import org.gatehouse.usage.UsageRollups;

import static org.assertj.core.api.Assertions.assertThat;

/** A box's embedded store and trail, from a start to the next stop. */
final class TrailLife implements AutoCloseable {

    static final Duration SOON = Duration.ofSeconds(20);

    private final DataDirectory data;
    private final Database database;
    private final SecretBox secretBox;
    private final Trail trail;
    private final SampleCalls samples;
    private final List<UUID> acknowledged;

    /** @param acknowledged what all lives so far were told is recorded; this one adds to it */
    TrailLife(Path directory, SampleCalls samples, List<UUID> acknowledged) {
        this(directory, samples, acknowledged, new TrailSettings(
                new JournalSettings(directory.resolve("journal"), 1 << 20, 64 << 20), 50, SOON));
    }

    /** With settings of its own; the journal must lie in the directory. */
    TrailLife(Path directory, SampleCalls samples, List<UUID> acknowledged, TrailSettings settings) {
        this.samples = samples;
        this.acknowledged = acknowledged;
        data = DataDirectory.open(directory);
        try {
            database = Database.open(new DatabaseSettings.Embedded(data.database()));
        } catch (RuntimeException e) {
            data.close();
            throw e;
        }
        secretBox = SecretBox.open(database, data.secret(), new SecureRandom(), Clock.systemUTC());
        trail = Trail.open(database, secretBox, settings,
                List.of(new UsageRollups()), Clock.systemUTC(), new Ids());
    }

    DataDirectory data() {
        return data;
    }

    Database database() {
        return database;
    }

    Trail trail() {
        return trail;
    }

    VerificationResult verify() {
        return TrailVerification.of(database, secretBox, trail).verify(null, null);
    }

    void carry(int calls) {
        List<Receipt> receipts = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            CallRecord call = samples.completed(Instant.now());
            receipts.add(trail.append(call, i % 10 == 0
                    ? new RecordedBodies(new byte[5_000], new byte[9_000], Instant.now().plusSeconds(3_600))
                    : null));
            acknowledged.add(call.id());
        }
        receipts.forEach(receipt -> receipt.awaitDurable(SOON));
        assertThat(trail.flush(SOON)).isTrue();
    }

    void set(String name) {
        database.jdbi().useTransaction(handle -> handle.execute(
                "INSERT INTO named_secret (name, sealed, created_at) VALUES (?, ?, CURRENT_TIMESTAMP)", name,
                new byte[]{1}));
    }

    <T> List<T> list(String sql, Class<T> type) {
        return database.jdbi().withHandle(handle -> handle.createQuery(sql).mapTo(type).list());
    }

    long number(String sql) {
        return list(sql, Long.class).getFirst();
    }

    void expectEverything() {
        assertThat(trail.flush(SOON)).isTrue();
        assertThat(list("SELECT id FROM trail WHERE kind = 'call'", UUID.class)).doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(acknowledged);
        List<Long> sequences = list("SELECT seq FROM trail ORDER BY seq", Long.class);
        assertThat(sequences).isEqualTo(LongStream.rangeClosed(1, sequences.size()).boxed().toList());
        for (int grain = 1; grain <= 3; grain++) {
            assertThat(number("SELECT SUM(calls) FROM usage_rollup WHERE grain = " + grain))
                    .isEqualTo(acknowledged.size());
        }
        assertThat(verify())
                .isInstanceOf(VerificationResult.Intact.class);
    }

    List<String> repairs() {
        assertThat(trail.flush(SOON)).isTrue();
        return list("SELECT record FROM trail WHERE kind = 'admin' AND object_type = 'database' ORDER BY seq",
                byte[].class).stream().map(RecordJson::text).toList();
    }

    @Override
    public void close() {
        trail.close();
        database.close();
        data.close();
    }
}
