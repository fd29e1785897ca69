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
 */
record CertificateDate(Supplier<Optional<Instant>> expires, InstantSource clock) {
    private static final Duration SOON = Duration.ofDays(14);

    /** What is wrong with it and what to do. */
    Optional<String> trouble() {
        Instant now = clock.instant();
        return expires.get().filter(end -> now.isAfter(end.minus(SOON)))
                .map(end -> "The TLS certificate " + (now.isAfter(end) ? "expired at " : "expires at ") + end
                        + ". Replace the files that listen.certificate and listen.key name; a restart is not needed.");
    }

    /** Its end in seconds since 1970; not a number without TLS. */
    double epochSeconds() {
        return expires.get().map(end -> (double) end.getEpochSecond()).orElse(Double.NaN);
    }
}
