package org.gatehouse.identity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

import org.gatehouse.store.Database;
import org.gatehouse.store.SecretBox;
import org.gatehouse.store.SecretPlace;

/**
 * Who is signed in, kept in the store, so that a session can be ended from here at once and every box of a fleet knows
 * of it. Thread-safe.
 */
public final class Sessions {
    /** A session that nobody uses ends after this. */
    public static final Duration IDLE = Duration.ofMinutes(30);
    /** Every session ends after this. */
    public static final Duration LONGEST = Duration.ofHours(12);
    /** For this long after they showed who they are, people may do dangerous things. */
    public static final Duration RECENT = Duration.ofMinutes(10);
    /** Of one user; the one that was not used for the longest time makes room. */
    static final int MOST_OF_ONE = 20;
    /** When somebody was last here is written down that often. */
    private static final Duration TOUCH = Duration.ofMinutes(1);
    private static final int COOKIE_BYTES = 32;
    private static final int COOKIE_LENGTH = 43;
    private static final String SELECT = """
            SELECT id, user_id, token_name, way, provider_id, address, agent, created_at, authenticated_at, seen_at,
                expires_at
            FROM people_session
            """;

    private final Jdbi jdbi;
    private final SecretBox secrets;
    private final Clock clock;
    private final Supplier<UUID> ids;
    private final RandomGenerator random;

    /**
     * Takes the store.
     *
     * @param random must be a {@link java.security.SecureRandom} outside of tests
     */
    public Sessions(Database database, SecretBox secrets, Clock clock, Supplier<UUID> ids, RandomGenerator random) {
        this.secrets = secrets;
        this.jdbi = database.jdbi();
        this.clock = clock;
        this.ids = ids;
        this.random = random;
    }

    /** Opens one, and forgets those that have ended. */
    public Session.Opened open(Session.Opening opening) {
        String cookie = fresh();
        Instant now = now();
        UUID id = ids.get();
        String hint = opening.hint();
        byte @Nullable [] sealed = hint == null ? null : secrets.sealText(place(id), hint);
        Instant shown = opening.authenticatedAt() == null || opening.authenticatedAt().isAfter(now)
                ? now
                : opening.authenticatedAt().truncatedTo(ChronoUnit.MICROS);
        Session session = jdbi.inTransaction(handle -> {
            forget(handle, now);
            handle.createUpdate("""
                    INSERT INTO people_session (id, cookie_sha256, user_id, token_name, way, provider_id,
                        provider_session, provider_subject, address, agent, created_at, authenticated_at, seen_at,
                        expires_at, sealed_hint)
                    VALUES (:id, :cookie, CAST(:user AS UUID), :token, :way, CAST(:provider AS UUID), :providerSession,
                        :providerSubject, :address, :agent, :now, :shown, :now, :end, :hint)
                    """).bind("id", id).bind("cookie", sha256(cookie)).bindByType("user", opening.user(), UUID.class)
                    .bind("token", opening.tokenName()).bind("way", opening.way().name())
                    .bindByType("provider", opening.provider(), UUID.class)
                    .bind("providerSession", opening.providerSession())
                    .bind("providerSubject", opening.providerSubject()).bind("address", cut(opening.address(), 64))
                    .bind("agent", cut(opening.agent(), 200)).bind("now", utc(now)).bind("end", utc(now.plus(LONGEST)))
                    .bind("shown", utc(shown)).bindByType("hint", sealed, byte[].class).execute();
            makeRoom(handle, opening.user());
            return byId(handle, id).orElseThrow();
        });
        return new Session.Opened(session, cookie);
    }

    /** The session that a cookie opens, if it has not ended. */
    public Optional<Session> find(String cookie) {
        if (cookie.length() != COOKIE_LENGTH) {
            return Optional.empty();
        }
        Instant now = now();
        Optional<Session> found = jdbi
                .withHandle(handle -> handle.createQuery(SELECT + " WHERE cookie_sha256 = :cookie")
                        .bind("cookie", sha256(cookie)).map((row, _) -> session(row)).findOne());
        return found.filter(session -> isOpen(session, now)).flatMap(session -> seen(session, now));
    }

    /** A session that has not ended, without taking that for a use of it. */
    public Optional<Session> peek(UUID id) {
        Instant now = now();
        return jdbi.withHandle(handle -> byId(handle, id)).filter(session -> isOpen(session, now));
    }

    private static boolean isOpen(Session session, Instant now) {
        return now.isBefore(session.end()) && now.isBefore(session.idleEnd());
    }

    /** Nothing if it was ended since it was read. */
    private Optional<Session> seen(Session session, Instant now) {
        if (Duration.between(session.seenAt(), now).compareTo(TOUCH) < 0) {
            return Optional.of(session);
        }
        return jdbi.inTransaction(handle -> {
            handle.createUpdate("UPDATE people_session SET seen_at = :now WHERE id = :id").bind("id", session.id())
                    .bind("now", utc(now)).execute();
            return byId(handle, session.id());
        });
    }

    /** Whether they showed who they are just now. */
    public boolean isRecent(Session session) {
        return now().isBefore(session.authenticatedAt().plus(RECENT));
    }

    /** They showed again who they are: the session goes on under another cookie, until the same end. */
    public Optional<Session.Opened> confirm(UUID id) {
        String cookie = fresh();
        return jdbi.inTransaction(handle -> {
            handle.createUpdate("""
                    UPDATE people_session SET cookie_sha256 = :cookie, authenticated_at = :now, seen_at = :now
                    WHERE id = :id
                    """).bind("id", id).bind("cookie", sha256(cookie)).bind("now", utc(now())).execute();
            return byId(handle, id).map(session -> new Session.Opened(session, cookie));
        });
    }

    /** Those that have not ended, the newest first: of one user, or of everybody for {@code null}. */
    public List<Session> all(@Nullable UUID user) {
        Instant now = now();
        return jdbi.withHandle(handle -> {
            var query = handle.createQuery(SELECT + (user == null ? "" : " WHERE user_id = :user")
                    + " ORDER BY created_at DESC, id DESC FETCH FIRST 1000 ROWS ONLY");
            if (user != null) {
                query.bind("user", user);
            }
            return query.map((row, _) -> session(row)).list();
        }).stream().filter(session -> isOpen(session, now)).toList();
    }

    /** The one with that id, if it has not ended. */
    public Optional<Session> byId(UUID id) {
        Instant now = now();
        return jdbi.withHandle(handle -> byId(handle, id)).filter(session -> isOpen(session, now));
    }

    /** What the provider wants to see to end its own session, if it gave something. */
    Optional<String> hint(UUID id) {
        return jdbi.withHandle(handle -> handle.createQuery("SELECT sealed_hint FROM people_session WHERE id = :id")
                .bind("id", id).mapTo(byte[].class).findOne()).map(sealed -> secrets.openText(place(id), sealed));
    }

    private static SecretPlace place(UUID id) {
        return new SecretPlace("people_session", id.toString(), "sealed_hint");
    }

    /** Ends one, at once. Says whether there was one. */
    public boolean end(UUID id) {
        return jdbi.inTransaction(handle -> handle.createUpdate("DELETE FROM people_session WHERE id = :id")
                .bind("id", id).execute()) > 0;
    }

    /** Ends all of a user's, at once. Says how many there were. */
    public int endAllOf(UUID user) {
        return jdbi.inTransaction(handle -> handle.createUpdate("DELETE FROM people_session WHERE user_id = :user")
                .bind("user", user).execute());
    }

    /**
     * Ends those that a provider has ended: that one session, or all of that subject's. Says how many there were.
     *
     * @param session what the provider calls its session; {@code null} when it did not say
     * @param subject what the provider calls the user; {@code null} when it did not say
     */
    public int endAt(UUID provider, @Nullable String session, @Nullable String subject) {
        if (session == null && subject == null) {
            return 0;
        }
        return jdbi.inTransaction(handle -> {
            var update = handle.createUpdate("DELETE FROM people_session WHERE provider_id = :provider AND "
                    + (session == null ? "provider_subject = :subject" : "provider_session = :session"));
            update.bind("provider", provider);
            return (session == null ? update.bind("subject", subject) : update.bind("session", session)).execute();
        });
    }

    private static void forget(Handle handle, Instant now) {
        handle.createUpdate("DELETE FROM people_session WHERE expires_at <= :now OR seen_at <= :idle")
                .bind("now", utc(now)).bind("idle", utc(now.minus(IDLE))).execute();
    }

    private static void makeRoom(Handle handle, @Nullable UUID user) {
        if (user == null) {
            return;
        }
        List<UUID> all = handle
                .createQuery("SELECT id FROM people_session WHERE user_id = :user ORDER BY seen_at DESC, id DESC")
                .bind("user", user).mapTo(UUID.class).list();
        all.stream().skip(MOST_OF_ONE).forEach(
                id -> handle.createUpdate("DELETE FROM people_session WHERE id = :id").bind("id", id).execute());
    }

    private static Optional<Session> byId(Handle handle, UUID id) {
        return handle.createQuery(SELECT + " WHERE id = :id").bind("id", id).map((row, _) -> session(row)).findOne();
    }

    private static Session session(ResultSet row) throws SQLException {
        Instant seen = time(row, "seen_at");
        Instant end = time(row, "expires_at");
        Instant idleEnd = seen.plus(IDLE);
        return new Session(row.getObject("id", UUID.class), row.getObject("user_id", UUID.class),
                row.getString("token_name"),
                Session.Way.valueOf(Objects.requireNonNull(row.getString("way")).toUpperCase(Locale.ROOT)),
                row.getObject("provider_id", UUID.class), Objects.requireNonNull(row.getString("address")),
                Objects.requireNonNull(row.getString("agent")), time(row, "created_at"),
                time(row, "authenticated_at"), seen, idleEnd.isBefore(end) ? idleEnd : end, end);
    }

    private static Instant time(ResultSet row, String column) throws SQLException {
        return Objects.requireNonNull(row.getObject(column, OffsetDateTime.class), column).toInstant();
    }

    private static OffsetDateTime utc(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS);
    }

    private String fresh() {
        byte[] bits = new byte[COOKIE_BYTES];
        random.nextBytes(bits);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    }

    private static String cut(String text, int length) {
        String clean = text.replaceAll("\\p{Cntrl}", " ");
        return clean.length() <= length ? clean : clean.substring(0, length);
    }

    /** 256 random bits need no slow hash: there is nothing to guess. */
    static String sha256(String text) {
        try {
            return HexFormat.of().formatHex(
                    MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
