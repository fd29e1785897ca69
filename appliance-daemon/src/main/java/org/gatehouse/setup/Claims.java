package org.gatehouse.setup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.identity.LoginThrottle;
import org.gatehouse.identity.Session;
import org.gatehouse.identity.Sessions;

/**
 * Who may set the box up: whoever brings the code that its console shows, until the set-up is finished or somebody brings
 * a newer one. Thread-safe.
 */
public final class Claims {
    /** How long a code counts. */
    public static final Duration CODE_LIFE = Duration.ofMinutes(15);
    /** The open code lies here inside the data directory, for programs on the box itself. */
    public static final String FILE = "claim-code";
    /** How the token of a claiming program begins. */
    public static final String TOKEN_PREFIX = "ghs_";
    /** What the trail calls whoever holds the claim. */
    public static final String HOLDER = "set-up";
    private static final String NOUN = "setup";
    private static final int TOKEN_BYTES = 32;

    private final SetupRows rows;
    private final Sessions sessions;
    private final byte[] pepper;
    private final Path file;
    private final AdminTrail trail;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final Supplier<UUID> ids;
    private final RandomGenerator random;
    private volatile LoginThrottle throttle;
    /** Whether the code that is open was made by this process: only then does the console show it. */
    private volatile boolean shown;

    Claims(SetupRows rows, Sessions sessions, byte[] pepper, Path data, AdminTrail trail, Clock clock,
            LongSupplier nanoTime, Supplier<UUID> ids, RandomGenerator random) {
        this.rows = rows;
        this.sessions = sessions;
        this.pepper = pepper.clone();
        this.file = data.resolve(FILE);
        this.trail = trail;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.ids = ids;
        this.random = random;
        this.throttle = new LoginThrottle(nanoTime);
    }

    /** A code that is open. */
    public record Code(String text, Instant expiresAt) {

        /** Leaves the code out. */
        @Override
        public String toString() {
            return "Code[]";
        }
    }

    /** What came of showing a code. */
    public sealed interface Claiming {

        /** It is theirs, as a browser. */
        record Browser(Session.Opened session) implements Claiming {}

        /** It is theirs, as a program. */
        record Program(String token) implements Claiming {

            /** Leaves the token out. */
            @Override
            public String toString() {
                return "Program[]";
            }
        }

        /** The code is wrong. */
        record Wrong() implements Claiming {}

        /** The code was right once, or there is none now. */
        record Expired() implements Claiming {}

        /** Somebody was first. */
        record Taken() implements Claiming {}

        /** There is nothing to claim any more. */
        record Finished() implements Claiming {}

        /** Too many wrong codes from there. */
        record Later(long seconds) implements Claiming {}
    }

    /** What a cookie or a token of the set-up still is. */
    public enum Standing {
        /** Its holder may do everything. */
        HOLDS,
        /** Somebody has a newer claim. */
        TAKEN_OVER,
        /** The set-up is finished. */
        FINISHED
    }

    /** A fresh code if nobody has claimed the box and none that this process told of is open; empty otherwise. */
    public Optional<Code> renewed() {
        SetupState state = rows.state();
        Instant end = state.codeExpiresAt();
        boolean open = shown && state.codeHash() != null && end != null && clock.instant().isBefore(end);
        return state.phase() != Phase.UNCLAIMED || open ? Optional.empty() : fresh();
    }

    /** A fresh code on demand, which also lets the set-up be taken over; empty when it is finished. */
    public Optional<Code> issue(Actor actor) {
        Optional<Code> code = fresh();
        if (code.isPresent()) {
            note(actor, "issue_code", "code");
        }
        return code;
    }

    private Optional<Code> fresh() {
        String text = ClaimCode.fresh(random);
        Instant end = rows.now().plus(CODE_LIFE);
        if (!rows.openCode(hash(text), end)) {
            return Optional.empty();
        }
        shown = true;
        throttle = new LoginThrottle(nanoTime);
        write(text);
        return Optional.of(new Code(text, end));
    }

    /**
     * Somebody shows a code.
     *
     * @param stranger from where, for the trail
     * @param program whether they want a token instead of a session
     */
    public Claiming claim(Actor stranger, String code, boolean program, String agent) {
        LoginThrottle now = throttle;
        long wait = now.waitFor(stranger.address(), stranger.address());
        if (wait > 0) {
            return new Claiming.Later(wait);
        }
        SetupState state = rows.state();
        if (state.phase() == Phase.FINISHED) {
            return new Claiming.Finished();
        }
        String open = state.codeHash();
        Instant end = state.codeExpiresAt();
        if (open == null || end == null) {
            return state.phase() == Phase.CLAIMED ? new Claiming.Taken() : new Claiming.Expired();
        }
        String given = hash(ClaimCode.plain(code));
        if (!MessageDigest.isEqual(bytes(open), bytes(given))) {
            now.failed(stranger.address(), stranger.address());
            note(stranger, "refuse_claim", "wrong code");
            return new Claiming.Wrong();
        }
        if (!clock.instant().isBefore(end)) {
            return new Claiming.Expired();
        }
        String token = program ? TOKEN_PREFIX + secret() : null;
        Optional<Long> generation = rows.claim(open, token == null ? null : hash(token));
        if (generation.isEmpty()) {
            return new Claiming.Taken();
        }
        erase();
        note(new Actor(Actor.Type.TOKEN, HOLDER, stranger.address(), stranger.requestId()), "claim",
                program ? "program" : "browser");
        return token != null
                ? new Claiming.Program(token)
                : new Claiming.Browser(sessions.open(Session.Opening.withToken(HOLDER + " " + generation.get(),
                        stranger.address(), agent)));
    }

    /** Whether a session is one of the set-up. */
    public static boolean isOfSetUp(@Nullable String tokenName) {
        return tokenName != null && tokenName.startsWith(HOLDER + " ");
    }

    /** What a session of the set-up still is. */
    public Standing ofSession(String tokenName) {
        SetupState state = rows.state();
        return standing(state, state.phase() == Phase.CLAIMED
                && tokenName.equals(HOLDER + " " + state.generation()));
    }

    /** What a token of the set-up still is. */
    public Standing ofToken(String token) {
        SetupState state = rows.state();
        String known = state.tokenHash();
        return standing(state, state.phase() == Phase.CLAIMED && known != null && token.length() < 100
                && MessageDigest.isEqual(bytes(known), bytes(hash(token))));
    }

    private static Standing standing(SetupState state, boolean current) {
        return current
                ? Standing.HOLDS
                : state.phase() == Phase.FINISHED ? Standing.FINISHED : Standing.TAKEN_OVER;
    }

    /** No code opens anything any more. */
    void erase() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(String code) {
        try {
            Path fresh = Files.createTempFile(file.toAbsolutePath().getParent(), "claim-", ".new",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(fresh, code + "\n");
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("The claim code can't be written to " + file + ". Check the data disk.", e);
        }
    }

    private String secret() {
        byte[] bits = new byte[TOKEN_BYTES];
        random.nextBytes(bits);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    }

    /** Keyed: 40 bits alone could be found out from their hash in a second. */
    private String hash(String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(pepper, "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(("set-up " + text).getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HmacSHA256", e);
        }
    }

    private static byte[] bytes(String hash) {
        return hash.getBytes(StandardCharsets.US_ASCII);
    }

    private void note(Actor actor, String verb, String thing) {
        trail.append(actor.did(ids.get(), clock.instant(), verb, NOUN, thing, null, null));
    }
}
