package org.gatehouse.governance;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** Of what somebody is to be told, and where. */
public record AlertRuleDraft(
        @About(value = "Unique; letters, digits, dot, dash and underscore.", min = 1, max = 64, pattern = "[A-Za-z0-9][A-Za-z0-9._-]*") String name,
        @About("What it looks at.") AlertKind kind,
        @About(value = "Whether it looks.", fallback = "true") boolean enabled,
        @About(value = "How much it matters.", fallback = "\"warning\"") AlertSeverity severity,
        @About(value = "For budget, disk_space and disk_wear a percentage, for certificate and backup_age days; null for the other kinds.", max = 100_000) @Nullable Long threshold,
        @About(value = "How long it must be wrong before somebody is told, in seconds.", fallback = "0", max = 86_400) int holdSeconds,
        @About(value = "How long it must be well again before the alert ends, in seconds: what comes and goes is one alert.", fallback = "120", max = 86_400) int calmSeconds,
        @About(value = "The names of the destinations that are told; empty: every enabled one.", fallback = "[]", max = 50) List<String> destinations) {

    /** Destinations are a set. */
    public AlertRuleDraft {
        destinations = destinations.stream().distinct().sorted().toList();
    }

    /** A rule for every destination that holds at once, and takes two minutes of quiet for the end. */
    public static AlertRuleDraft of(String name, AlertKind kind, AlertSeverity severity, @Nullable Long threshold) {
        return new AlertRuleDraft(name, kind, true, severity, threshold, 0, 120, List.of());
    }

    /** The same with another patience. */
    public AlertRuleDraft holding(int seconds) {
        return new AlertRuleDraft(name, kind, enabled, severity, threshold, seconds, calmSeconds, destinations);
    }
}
