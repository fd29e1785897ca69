package org.gatehouse.governance;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** Of what somebody is told, and where. */
public record AlertRule(@About("UUIDv7.") UUID id, @About("Unique.") String name,
        @About("What it looks at.") AlertKind kind, @About("Whether it looks.") boolean enabled,
        @About("How much it matters.") AlertSeverity severity,
        @About("For budget, disk_space and disk_wear a percentage, for certificate and backup_age days.") @Nullable Long threshold,
        @About("How long it must be wrong before somebody is told, in seconds.") int holdSeconds,
        @About("How long it must be well again before the alert ends, in seconds.") int calmSeconds,
        @About("The names of the destinations that are told; empty: every enabled one.") List<String> destinations,
        @About("When it was made.") Instant createdAt, @About("When it was last changed.") Instant updatedAt,
        @About("Grows with each change; also the entity tag.") long version) implements Governed {

    /** Copies the destinations. */
    public AlertRule {
        destinations = List.copyOf(destinations);
    }

    @Override
    public String title() {
        return name;
    }

    /** Whether it takes a value for wrong. */
    public boolean holds(double value) {
        Long bound = threshold;
        return switch (kind.threshold()) {
            case NONE -> true;
            case AT_LEAST -> bound != null && value >= bound;
            case AT_MOST -> bound != null && value <= bound;
        };
    }

    AlertRuleDraft draft() {
        return new AlertRuleDraft(name, kind, enabled, severity, threshold, holdSeconds, calmSeconds, destinations);
    }
}
