package org.gatehouse.governance.snapshot;

import java.util.Locale;
import java.util.Objects;
import java.util.UUID;

/**
 * A ceiling on requests or tokens.
 *
 * @param amount at least 0; the unit is the kind's
 */
public record Limit(UUID id, Scope scope, Kind kind, long amount) {

    /** What is limited. The per-minute kinds and concurrency refill; the totals count over the scope's whole life. */
    public enum Kind {
        REQUESTS_PER_MINUTE, TOKENS_PER_MINUTE, INPUT_TOKENS_PER_MINUTE, OUTPUT_TOKENS_PER_MINUTE, CONCURRENT_REQUESTS, TOTAL_TOKENS, TOTAL_INPUT_TOKENS, TOTAL_OUTPUT_TOKENS;

        /** The name in the API, lower case with underscores. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Checks the amount. */
    public Limit {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(scope, "scope");
        Objects.requireNonNull(kind, "kind");
        if (amount < 0) {
            throw new IllegalArgumentException("a limit's amount must not be negative");
        }
    }
}
