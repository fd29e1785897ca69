package org.gatehouse.identity;

import java.lang.System.Logger.Level;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;

import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.Noun;
import org.gatehouse.governance.User;
import org.gatehouse.governance.UserDraft;
import org.gatehouse.store.Database;
import org.gatehouse.store.SecretBox;
import org.gatehouse.store.SecretPlace;

/**
 * The way in when no identity provider answers: a password of the box's own and a one-time code. Few should have it, and
 * each use is told in the log, the trail and the metrics. Thread-safe.
 */
public final class BreakGlass {
    private static final System.Logger LOG = System.getLogger(BreakGlass.class.getName());
    /** Each hash takes 19 MiB; a flood of attempts shall take neither the memory nor the cores. */
    private static final int HASHES_AT_ONCE = 2;
    private static final long LONGEST_WAIT_SECONDS = 5;
    private static final String NOUN = "users";
    private static final String ISSUER = "Gatehouse";
    private static final int LEAST_SECRET_BYTES = 10;

    private final Jdbi jdbi;
    private final SecretBox secrets;
    private final Noun<User, UserDraft> users;
    private final Notes notes;
    private final Clock clock;
    private final RandomGenerator random;
    private final LoginThrottle throttle;
    private final Semaphore hashes = new Semaphore(HASHES_AT_ONCE, true);
    private final LongAdder uses = new LongAdder();
    /** Held against what is tried for names that have no password, so that the time of an answer tells nothing. */
    private final String nobodysHash = Passwords.hash("nobody has this password");

    /**
     * Takes the store.
     *
     * @param random must be a {@link java.security.SecureRandom} outside of tests
     */
    BreakGlass(Database database, SecretBox secrets, Noun<User, UserDraft> users, Notes notes, Clock clock,
            LoginThrottle throttle, RandomGenerator random) {
        this.jdbi = database.jdbi();
        this.secrets = secrets;
        this.users = users;
        this.notes = notes;
        this.clock = clock;
        this.random = random;
        this.throttle = throttle;
    }

    /** What came of giving somebody a password. */
    public sealed interface Enrolment {

        /**
         * It is theirs. Shown once.
         *
         * @param codeSecret for an authenticator app, as people type it; empty when no code is asked for
         * @param codeUri the same as an app reads it from a picture
         */
        record Done(String codeSecret, String codeUri) implements Enrolment {

            /** Leaves the secret out. */
            @Override
            public String toString() {
                return "Done[]";
            }
        }

        /** It is no good, and why. */
        record Objection(String message) implements Enrolment {}
    }

    /** Gives a user this password, and a new secret for codes; what they had before is gone. */
    public Enrolment enrol(Actor actor, User user, String password) {
        return enrol(actor, user, password, true);
    }

    /** The same without codes: only for a box that holds nothing of value, such as a demo. */
    public Enrolment enrolWithoutCode(Actor actor, User user, String password) {
        return enrol(actor, user, password, false);
    }

    private Enrolment enrol(Actor actor, User user, String password, boolean withCode) {
        return enrol(actor, user, password, withCode, OneTimeCodes.bytes(freshCodeSecret()), 0);
    }

    /**
     * The same with a secret for codes that was made before.
     *
     * @param codeSecret in base32
     * @param usedStep of the code with which it was proven, which counts no more; 0 for none
     */
    public Enrolment enrol(Actor actor, User user, String password, String codeSecret, long usedStep) {
        return enrol(actor, user, password, true, OneTimeCodes.bytes(codeSecret), usedStep);
    }

    /** A new secret for codes, in base32, which is nobody's yet. */
    public String freshCodeSecret() {
        byte[] secret = new byte[OneTimeCodes.SECRET_BYTES];
        random.nextBytes(secret);
        return OneTimeCodes.base32(secret);
    }

    /** Why a password will not do; empty when it will. */
    public static Optional<String> objection(String password, String user) {
        return Passwords.objection(password, user);
    }

    /** Whether it is a secret for codes, in base32, with the 80 bits at least that apps make do with. */
    public static boolean isCodeSecret(String codeSecret) {
        try {
            return OneTimeCodes.bytes(codeSecret).length >= LEAST_SECRET_BYTES;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /** The same as an app reads it from a picture. */
    public static String codeUri(String user, String codeSecret) {
        return OneTimeCodes.uri(ISSUER, user, OneTimeCodes.bytes(codeSecret));
    }

    /** The step of the clock whose code it is; empty when it is none of now. */
    public OptionalLong provenBy(String codeSecret, String code) {
        return OneTimeCodes.stepOf(OneTimeCodes.bytes(codeSecret), code.strip(), clock.instant(), 0);
    }

    /**
     * Whether somebody has this password already. For who may give them another anyway: nothing is counted.
     *
     * @param codeSecret whether codes come from this secret, too; {@code null} for from any
     */
    public boolean holds(UUID user, String password, @Nullable String codeSecret) {
        Optional<Credentials> stored = credentials(user);
        if (stored.isEmpty() || !hashed(password, stored.get().hash()).orElse(false)) {
            return false;
        }
        byte[] sealed = stored.get().sealedSecret();
        return sealed != null && (codeSecret == null
                || MessageDigest.isEqual(secrets.open(place(user), sealed), OneTimeCodes.bytes(codeSecret)));
    }

    private Enrolment enrol(Actor actor, User user, String password, boolean withCode, byte[] secret, long usedStep) {
        Optional<String> objection = Passwords.objection(password, user.name());
        if (objection.isPresent()) {
            return new Enrolment.Objection(objection.get());
        }
        String hash = Passwords.hash(password);
        byte @Nullable [] sealed = withCode ? secrets.seal(place(user.id()), secret) : null;
        // First the record: a password that nobody knows of must not be.
        record(actor, "enrol_break_glass", user.id(), null);
        jdbi.useTransaction(handle -> {
            handle.createUpdate("DELETE FROM break_glass WHERE user_id = :user").bind("user", user.id()).execute();
            handle.createUpdate("""
                    INSERT INTO break_glass (user_id, password_hash, sealed_otp, otp_last_step, created_at)
                    VALUES (:user, :hash, :otp, :step, :now)
                    """).bind("user", user.id()).bind("hash", hash).bindByType("otp", sealed, byte[].class)
                    .bind("step", usedStep)
                    .bind("now", clock.instant().truncatedTo(ChronoUnit.MICROS).atOffset(ZoneOffset.UTC)).execute();
        });
        return withCode
                ? new Enrolment.Done(OneTimeCodes.base32(secret), OneTimeCodes.uri(ISSUER, user.name(), secret))
                : new Enrolment.Done("", "");
    }

    /** Takes a user's password away. Says whether there was one. */
    public boolean remove(Actor actor, UUID user) {
        record(actor, "remove_break_glass", user, null);
        return jdbi.inTransaction(handle -> handle.createUpdate("DELETE FROM break_glass WHERE user_id = :user")
                .bind("user", user).execute()) > 0;
    }

    /** Whether anybody has a password of the box's own. */
    public boolean isSetUp() {
        return jdbi.withHandle(
                handle -> handle.createQuery("SELECT user_id FROM break_glass FETCH FIRST 1 ROWS ONLY")
                        .mapTo(UUID.class).findFirst())
                .isPresent();
    }

    /** How often somebody came in this way since the daemon started. */
    public long uses() {
        return uses.sum();
    }

    /**
     * Somebody wants to sign in.
     *
     * @param stranger from where, for the trail
     * @param code of the authenticator app; empty when none was given
     */
    public Login login(Actor stranger, String name, String password, String code) {
        Login login = check(stranger, name, password, code);
        if (login instanceof Login.Granted(User user)) {
            uses.increment();
            LOG.log(Level.WARNING, "BREAK-GLASS LOGIN: " + user.name() + " signed in from " + stranger.address()
                    + " with a password of the box's own, past every identity provider. If nobody expected this, end the"
                    + " session (gatehouse sessions) and give the account another password.");
            record(new Actor(Actor.Type.USER, user.name(), stranger.address(), stranger.requestId()),
                    "break_glass_login", user.id(), null);
        }
        return login;
    }

    /** Somebody who is signed in shows again who they are. */
    public Login confirm(Actor actor, User user, String password, String code) {
        return check(actor, user.name(), password, code);
    }

    private Login check(Actor actor, String name, String password, String code) {
        long wait = throttle.waitFor(name, actor.address());
        if (wait > 0) {
            return new Login.Later(wait);
        }
        Optional<User> known = users.list(java.util.Map.of("name", name), null, 1).items().stream().findFirst();
        Optional<Credentials> credentials = known.flatMap(user -> credentials(user.id()));
        Optional<Boolean> right = hashed(password, credentials.map(Credentials::hash).orElse(nobodysHash));
        if (right.isEmpty()) {
            return new Login.Later(LONGEST_WAIT_SECONDS);
        }
        if (known.isEmpty() || credentials.isEmpty() || !right.get() || !code(credentials.get(), known.get(), code)) {
            throttle.failed(name, actor.address());
            // The name is told only where it is one: people type passwords into the wrong field.
            record(actor, "refuse_login", known.map(User::id).orElse(null), "wrong");
            return new Login.Refused(Login.Reason.WRONG);
        }
        throttle.succeeded(name, actor.address());
        User user = known.get();
        if (!user.active() || user.roles().isEmpty()) {
            record(actor, "refuse_login", user.id(), "no_access");
            return new Login.Refused(Login.Reason.NO_ACCESS);
        }
        return new Login.Granted(user);
    }

    private Optional<Boolean> hashed(String password, String hash) {
        try {
            if (!hashes.tryAcquire(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)) {
                return Optional.empty();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
        try {
            return Optional.of(Passwords.matches(password, hash));
        } finally {
            hashes.release();
        }
    }

    /** Takes a code once: the step is raised by whoever is first. */
    private boolean code(Credentials credentials, User user, String code) {
        byte[] sealed = credentials.sealedSecret();
        if (sealed == null) {
            return true;
        }
        OptionalLong step = OneTimeCodes.stepOf(secrets.open(place(user.id()), sealed), code.strip(), clock.instant(),
                credentials.lastStep());
        return step.isPresent() && jdbi.inTransaction(handle -> handle.createUpdate("""
                UPDATE break_glass SET otp_last_step = :step WHERE user_id = :user AND otp_last_step < :step
                """).bind("user", user.id()).bind("step", step.getAsLong()).execute()) == 1;
    }

    @SuppressWarnings("ArrayRecordComponent") // never leaves this class, never changed
    private record Credentials(String hash, byte @Nullable [] sealedSecret, long lastStep) {
        @Override
        public String toString() {
            return "Credentials[]";
        }
    }

    private Optional<Credentials> credentials(UUID user) {
        List<Credentials> found = jdbi.withHandle(handle -> handle.createQuery("""
                SELECT password_hash, sealed_otp, otp_last_step FROM break_glass WHERE user_id = :user
                """).bind("user", user)
                .map((row, _) -> new Credentials(Objects.requireNonNull(row.getString(1)), row.getBytes(2),
                        row.getLong(3)))
                .list());
        return found.stream().findFirst();
    }

    private static SecretPlace place(UUID user) {
        return new SecretPlace("break_glass", user.toString(), "sealed_otp");
    }

    private void record(Actor actor, String verb, @Nullable UUID user, @Nullable String why) {
        notes.did(actor, verb, NOUN, user == null ? "unknown" : user.toString(), why);
    }
}
