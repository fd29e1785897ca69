package org.gatehouse.audit;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import org.gatehouse.store.Databases;
import org.gatehouse.store.Ids;
import org.gatehouse.store.SecretBox;

/** A trail on a database of its own, small segments, a checkpoint each 50 records. */
public final class TrailFixture implements AutoCloseable {

    static final Duration SOON = Duration.ofSeconds(60);

    private final Databases.Fresh fresh;
    private final SecretBox secretBox;
    private final TrailSettings settings;
    private final List<CallProjection> projections;
    private final SampleCalls samples = new SampleCalls(42);
    private Trail trail;

    private TrailFixture(Databases.Fresh fresh, Path directory, List<CallProjection> projections) {
        this.fresh = fresh;
        this.projections = projections;
        this.secretBox = SecretBox.open(fresh.database(), directory.resolve("secret"), new SecureRandom(),
                Clock.systemUTC());
        this.settings = new TrailSettings(new JournalSettings(directory.resolve("journal"), 1 << 20, 64 << 20), 50,
                Duration.ofMinutes(5));
        this.trail = openTrail();
    }

    /** On a fresh database of that kind. */
    public static TrailFixture on(Databases kind, Path directory, CallProjection... projections) {
        return new TrailFixture(kind.fresh(directory), directory, List.of(projections));
    }

    Trail trail() {
        return trail;
    }

    TrailSettings settings() {
        return settings;
    }

    SecretBox secretBox() {
        return secretBox;
    }

    /** The database and how to open it again. */
    public Databases.Fresh fresh() {
        return fresh;
    }

    SampleCalls samples() {
        return samples;
    }

    TrailSearch search() {
        return new TrailSearch(fresh.database(), trail);
    }

    VerificationResult verify() {
        return TrailVerification.of(fresh.database(), secretBox, trail).verify(null, null);
    }

    /** Appends so many calls, one second after another. */
    List<CallRecord> append(int calls, Instant start) {
        List<CallRecord> made = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            made.add(samples.completed(start.plusSeconds(i)));
        }
        append(made);
        return made;
    }

    /** Appends calls and waits until they are in the database. */
    public void append(List<CallRecord> calls) {
        calls.stream().map(call -> trail.append(call, null)).toList()
                .forEach(receipt -> receipt.awaitDurable(SOON));
        flush();
    }

    void flush() {
        // Twice: a checkpoint may follow the first.
        for (int i = 0; i < 2; i++) {
            if (!trail.flush(SOON)) {
                throw new IllegalStateException("the trail is not flushed");
            }
        }
    }

    /** Closes the trail and opens it again, as a restart does. */
    void restart() {
        trail.close();
        trail = openTrail();
    }

    /** Changes the database behind the trail's back. */
    void tamper(String sql, Object... values) {
        try (Connection connection = fresh.database().dataSource().getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    UUID node() {
        return trail.node();
    }

    private Trail openTrail() {
        return Trail.open(fresh.database(), secretBox, settings, projections, Clock.systemUTC(), new Ids());
    }

    @Override
    public void close() {
        trail.close();
        fresh.close();
    }
}
