package org.gatehouse.acme;

import java.time.Instant;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/** No certificate was got; the message says why and what to do. The one before stays in force. */
public final class AcmeFailure extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST = 1500;

    private final Reason reason;
    private final transient @Nullable Instant retryAt;

    /** What was in the way. */
    public enum Reason {
        /** Nobody answers there, or nobody who is trusted. */
        UNREACHABLE,
        /** What answers there is no such authority. */
        NOT_A_DIRECTORY,
        /** Nobody has agreed to its terms. */
        TERMS,
        /** It knows no account of ours, or wants another one. */
        ACCOUNT,
        /** It did not see the box behind a name. */
        CHALLENGE,
        /** It does not give certificates for these names. */
        REFUSED,
        /** It has been asked too often. */
        RATE_LIMIT,
        /** The challenge port cannot be opened. */
        PORT,
        /** It took too long. */
        TIMEOUT,
        /** What it gave cannot be used. */
        CERTIFICATE,
        /** Another attempt is under way, or nothing is set up. */
        STATE
    }

    AcmeFailure(Reason reason, String message) {
        this(reason, message, null, null);
    }

    AcmeFailure(Reason reason, String message, @Nullable Instant retryAt, @Nullable Throwable cause) {
        super(plain(message), cause);
        this.reason = reason;
        this.retryAt = retryAt;
    }

    /** What was in the way. */
    public Reason reason() {
        return reason;
    }

    /** When the authority wants to be asked again; empty when it does not say. */
    Optional<Instant> retryAt() {
        return Optional.ofNullable(retryAt);
    }

    /** The message, which every instance has. */
    public String text() {
        return String.valueOf(getMessage());
    }

    /** What an authority says may hold anything. */
    private static String plain(String text) {
        String clean = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return clean.length() <= LONGEST ? clean : clean.substring(0, LONGEST) + "…";
    }
}
