package org.gatehouse.acme;

import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** How the certificate from the network does. Immutable. */
public record AcmeState(@About("The authority's directory.") String directory,
        @About("The names that it is for.") List<String> names,
        @About("SHA-256 of the certificate that was got last.") String fingerprint,
        @About("When that one ends.") Instant expiresAt,
        @About("When the box asks for the next one.") Instant nextAttemptAt,
        @About("When it last asked.") Instant lastAttemptAt,
        @About(value = "What went wrong then, and what to do; null when it went well.", max = 2000) @Nullable String lastError,
        @About("How often in a row it went wrong.") int failures) {

    /** Copies the names. */
    public AcmeState {
        names = List.copyOf(names);
    }

    /** Another attempt went wrong. */
    AcmeState failed(Instant at, String error, Instant next) {
        return new AcmeState(directory, names, fingerprint, expiresAt, next, at, error, failures + 1);
    }
}
