package org.gatehouse.daemon;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How long the certificate that clients see is good for. A box with an expired one starts and serves, so this has to be
 * loud. Thread-safe.
 *
 * @param expires empty without TLS, and before the listeners stand
 * @param renewal what went wrong when the box last asked an authority for the next one; empty when nothing did
 */
record CertificateDate(Supplier<Optional<Instant>> expires, Supplier<Optional<String>> renewal, InstantSource clock) {
    private static final Duration SOON = Duration.ofDays(14);

    /** What is wrong with it and what to do. */
    Optional<String> trouble() {
        Instant now = clock.instant();
        return expires.get().filter(end -> now.isAfter(end.minus(SOON)) || renewal.get().isPresent())
                .map(end -> end(end, now.isAfter(end)));
    }

    /** When it ends, and what to do. */
    String end(Instant end, boolean past) {
        return "The TLS certificate " + (past ? "expired at " : "expires at ") + end + ". "
                + renewal.get().orElse("Replace the files that listen.certificate and listen.key name; a restart is"
                        + " not needed.");
    }

    /** Its end in seconds since 1970; not a number without TLS. */
    double epochSeconds() {
        return expires.get().map(end -> (double) end.getEpochSecond()).orElse(Double.NaN);
    }
}
