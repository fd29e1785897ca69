package org.gatehouse.admin;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Actor;
import org.gatehouse.store.Database;
import org.gatehouse.store.StoreTrouble;

/**
 * Tokens for programs, made and taken away while the box runs, each for what its access says. The store has their SHA-256
 * only and is asked whenever one is shown, so that one that is taken away opens nothing from then on, on every box of a
 * fleet. Thread-safe.
 */
public final class ApiTokens {
    /** What each begins with. */
    static final String PREFIX = "ght_";
    /** More are a sign of something that makes them and forgets them. */
    static final int MOST = 100;
    private static final int LENGTH = PREFIX.length() + 43;
    private static final String SELECT = """
            SELECT id, name, access, created_at, created_by, expires_at FROM api_token
            """;

    private final Jdbi jdbi;
    private final Clock clock;
    private final Supplier<UUID> ids;
    private final RandomGenerator random;
    /** Those that opened the metrics, by their hash, for when the store can't be asked. Only real ones come in. */
    private final Map<String, ApiToken> scrapers = new ConcurrentHashMap<>();

    /**
     * Takes the store.
     *
     * @param random must be a {@link java.security.SecureRandom} outside of tests
     */
    public ApiTokens(Database database, Clock clock, Supplier<UUID> ids, RandomGenerator random) {
        this.jdbi = database.jdbi();
        this.clock = clock;
        this.ids = ids;
        this.random = random;
    }

    /** What came of making one. */
    sealed interface Making {

        /**
         * It is made.
         *
         * @param secret the token itself, which nobody can ask for again
         */
        record Done(ApiToken token, String secret) implements Making {

            /** Leaves the secret out. */
            @Override
            public String toString() {
                return "Done[" + token + "]";
            }
        }

        /** There is something against it. */
        record Conflict(String message) implements Making {}
    }

    /** Makes one. */
    Making make(Actor actor, String name, ApiToken.Access access, @Nullable Instant expiresAt) {
        String secret = TokenFile.fresh(PREFIX, random);
        ApiToken token = new ApiToken(ids.get(), name, access, now(), actor.title(), expiresAt);
        try {
            return jdbi.inTransaction(handle -> {
                if (handle.createQuery("SELECT 1 FROM api_token WHERE name = :name").bind("name", name)
                        .mapTo(Integer.class).findFirst().isPresent()) {
                    return taken(name);
                }
                if (handle.createQuery("SELECT COUNT(*) FROM api_token").mapTo(Long.class).one() >= MOST) {
                    return new Making.Conflict("There are " + MOST + " tokens already, and no more are kept. Delete"
                            + " those that nobody uses.");
                }
                store(handle, token, secret);
                return new Making.Done(token, secret);
            });
        } catch (UnableToExecuteStatementException e) {
            if (e.getCause() instanceof SQLException cause && cause.getSQLState() != null
                    && cause.getSQLState().startsWith("23")) {
                return taken(name);
            }
            throw e;
        }
    }

    private static Making taken(String name) {
        return new Making.Conflict("There is already a token named " + name + ". Choose another name.");
    }

    private static void store(Handle handle, ApiToken token, String secret) {
        Instant end = token.expiresAt();
        handle.createUpdate("""
                INSERT INTO api_token (id, name, token_sha256, access, created_at, created_by, expires_at)
                VALUES (:id, :name, :sha256, :access, :now, :by, CAST(:end AS TIMESTAMP WITH TIME ZONE))
                """).bind("id", token.id()).bind("name", token.name()).bind("sha256", TokenFile.sha256(secret))
                .bind("access", token.access().name()).bind("now", utc(token.createdAt())).bind("by", token.createdBy())
                .bindByType("end", end == null ? null : utc(end), OffsetDateTime.class).execute();
    }

    /** All of them, those that have expired included, by name. */
    List<ApiToken> all() {
        return jdbi.withHandle(handle -> handle.createQuery(SELECT + " ORDER BY name, id")
                .map((row, _) -> token(row)).list()).stream().flatMap(Optional::stream).toList();
    }

    /** The one with that id, expired or not. */
    Optional<ApiToken> byId(UUID id) {
        return jdbi.withHandle(handle -> handle.createQuery(SELECT + " WHERE id = :id").bind("id", id)
                .map((row, _) -> token(row)).findOne()).flatMap(found -> found);
    }

    /** Takes one away, at once. Says whether there was one. */
    boolean delete(UUID id) {
        scrapers.values().removeIf(token -> token.id().equals(id));
        return jdbi.inTransaction(handle -> handle.createUpdate("DELETE FROM api_token WHERE id = :id").bind("id", id)
                .execute()) > 0;
    }

    /** The token, if it is one that still opens something. */
    Optional<ApiToken> find(String presented) {
        if (presented.length() != LENGTH || !presented.startsWith(PREFIX)) {
            return Optional.empty();
        }
        byte[] sha256 = TokenFile.sha256(presented);
        return jdbi.withHandle(handle -> handle.createQuery(SELECT + " WHERE token_sha256 = :sha256")
                .bind("sha256", sha256).map((row, _) -> token(row)).findOne()).flatMap(found -> found)
                .filter(this::isOpen);
    }

    /**
     * Whether it opens the metrics. When the store can't be asked, what it said last counts: monitoring must not go blind
     * just then.
     */
    public boolean opensMetrics(String presented) {
        if (presented.length() != LENGTH || !presented.startsWith(PREFIX)) {
            return false;
        }
        String hash = HexFormat.of().formatHex(TokenFile.sha256(presented));
        try {
            Optional<ApiToken> found = find(presented).filter(token -> token.access().opensMetrics());
            found.ifPresentOrElse(token -> scrapers.put(hash, token), () -> scrapers.remove(hash));
            return found.isPresent();
        } catch (RuntimeException e) {
            if (StoreTrouble.of(e).isEmpty()) {
                throw e;
            }
            ApiToken last = scrapers.get(hash);
            return last != null && isOpen(last);
        }
    }

    private boolean isOpen(ApiToken token) {
        Instant end = token.expiresAt();
        return end == null || clock.instant().isBefore(end);
    }

    /** What a newer release wrote and this one does not know opens nothing here. */
    private static Optional<ApiToken> token(ResultSet row) throws SQLException {
        String access = Objects.requireNonNull(row.getString("access"));
        UUID id = Objects.requireNonNull(row.getObject("id", UUID.class));
        String name = Objects.requireNonNull(row.getString("name"));
        Instant made = Objects.requireNonNull(row.getObject("created_at", OffsetDateTime.class)).toInstant();
        String by = Objects.requireNonNull(row.getString("created_by"));
        OffsetDateTime end = row.getObject("expires_at", OffsetDateTime.class);
        Stream<ApiToken.Access> known = Arrays.stream(ApiToken.Access.values());
        return known.filter(one -> one.name().equals(access)).findFirst()
                .map(one -> new ApiToken(id, name, one, made, by, end == null ? null : end.toInstant()));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private static OffsetDateTime utc(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }
}
