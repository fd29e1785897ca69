package org.gatehouse.alerts;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.AlertKind;
import org.gatehouse.governance.AlertRule;

/**
 * Makes alerts of findings, round by round. One thing is one alert: of several rules that hold for it the strictest counts,
 * and one that is over and comes back soon goes on. What comes and goes is told once in a quarter of an hour. Knows no clock and
 * no store. Guarded by its owner.
 */
final class Watch {
    /** For so long an alert that is over goes on when its thing is wrong again, and nobody is told twice. */
    static final Duration QUIET = Duration.ofMinutes(15);
    /** More wrong things than this at once are not looked at: something is wrong with what finds them. */
    static final int MOST = 1000;

    private final UUID node;
    private final Supplier<UUID> ids;
    private final Map<Thing, Standing> standings = new HashMap<>();
    private final Map<Held, Instant> held = new HashMap<>();

    Watch(UUID node, Supplier<UUID> ids) {
        this.node = node;
        this.ids = ids;
    }

    private record Thing(AlertKind kind, String subject) {}

    private record Held(UUID rule, String subject) {}

    /** Of one thing: its alert, and what is remembered besides. */
    private static final class Standing {
        private Alert alert;
        private Instant toldAt;
        /** Whether those who are told take it for wrong. */
        private boolean heard = true;
        /** Not seen in the last round, and so over when that lasts. */
        private boolean away;

        Standing(Alert alert, Instant toldAt) {
            this.alert = alert;
            this.toldAt = toldAt;
        }

        Change tell(Verb verb, Instant now, boolean told) {
            heard = told;
            toldAt = told ? now : toldAt;
            return new Change(verb, alert, told);
        }
    }

    /** What became of an alert in a round. */
    enum Verb {
        /** It is new, or came back. */
        OPEN,
        /** It got worse. */
        ESCALATE,
        /** It came back unheard and has stayed: no news for the trail. */
        REMIND,
        /** It is over. */
        RESOLVE
    }

    /**
     * A change.
     *
     * @param told whether somebody should hear of it, or it comes and goes
     */
    record Change(Verb verb, Alert alert, boolean told) {}

    /** Goes on with what an earlier life left. */
    void load(Collection<Alert> unresolved) {
        unresolved.forEach(alert -> standings.put(new Thing(alert.kind(), alert.subject()),
                new Standing(alert, alert.seenAt())));
    }

    /**
     * Looks at what was found.
     *
     * @param rules those that are enabled
     * @param found by kind; a kind that is missing could not be looked at, and so its alerts stay as they are
     */
    List<Change> round(Instant now, List<AlertRule> rules, Map<AlertKind, List<Finding>> found) {
        List<Change> changes = new ArrayList<>();
        Set<Held> wrong = new HashSet<>();
        Set<Thing> seen = new HashSet<>();
        found.forEach((kind, findings) -> findings.stream().limit(MOST).forEach(finding -> {
            Optional<AlertRule> strictest = rules.stream()
                    .filter(rule -> rule.kind() == kind && rule.holds(finding.value()))
                    .filter(rule -> patient(rule, finding, now, wrong)).max(Comparator
                            .comparing(AlertRule::severity).thenComparing(Watch::strictness));
            strictest.ifPresent(rule -> {
                seen.add(new Thing(kind, finding.subject()));
                change(rule, finding, now).ifPresent(changes::add);
            });
        }));
        held.keySet().retainAll(wrong);
        end(now, rules, found.keySet(), seen, changes);
        return changes;
    }

    /** The higher of two thresholds, or the lower where little is bad. */
    private static long strictness(AlertRule rule) {
        Long threshold = rule.threshold();
        long value = threshold == null ? 0 : threshold;
        return rule.kind().threshold() == AlertKind.Threshold.AT_MOST ? -value : value;
    }

    /** Whether it has been wrong for as long as the rule waits. */
    private boolean patient(AlertRule rule, Finding finding, Instant now, Set<Held> wrong) {
        Held key = new Held(rule.id(), finding.subject());
        wrong.add(key);
        Instant since = held.computeIfAbsent(key, _ -> now);
        return !now.isBefore(since.plusSeconds(rule.holdSeconds()));
    }

    private Optional<Change> change(AlertRule rule, Finding finding, Instant now) {
        Thing thing = new Thing(rule.kind(), finding.subject());
        Standing standing = standings.get(thing);
        if (standing == null) {
            Instant since = held.getOrDefault(new Held(rule.id(), finding.subject()), now);
            Standing fresh = new Standing(Alert.open(ids.get(), node, rule, finding, since, now), now);
            standings.put(thing, fresh);
            return Optional.of(new Change(Verb.OPEN, fresh.alert, true));
        }
        Alert before = standing.alert;
        Alert seen = before.seen(rule, finding, now, standing.away);
        standing.away = false;
        boolean quietIsOver = !now.isBefore(standing.toldAt.plus(QUIET));
        boolean worse = rule.severity().compareTo(before.severity()) > 0;
        if (before.state() == Alert.State.RESOLVED) {
            if (rule.kind().isMoment()) {
                // Somebody has seen it; the source may still report the moment for a while.
                return Optional.empty();
            }
            standing.alert = seen.reopened();
            return Optional.of(standing.tell(Verb.OPEN, now, worse || quietIsOver));
        }
        if (worse) {
            standing.alert = seen.reopened();
            return Optional.of(standing.tell(Verb.ESCALATE, now, true));
        }
        standing.alert = seen;
        // It came back while nobody was to hear of it, and has stayed.
        return standing.heard || !quietIsOver
                ? Optional.empty()
                : Optional.of(standing.tell(Verb.REMIND, now, true));
    }

    private void end(Instant now, List<AlertRule> rules, Set<AlertKind> looked, Set<Thing> seen,
            List<Change> changes) {
        standings.entrySet().removeIf(entry -> {
            Thing thing = entry.getKey();
            Standing standing = entry.getValue();
            if (standing.alert.state() == Alert.State.RESOLVED) {
                Instant end = standing.alert.resolvedAt();
                boolean reported = thing.kind().isMoment() && seen.contains(thing);
                return !reported && (end == null || now.isAfter(end.plus(QUIET)));
            }
            boolean lookedAt = looked.contains(thing.kind())
                    || rules.stream().noneMatch(rule -> rule.kind() == thing.kind());
            if (seen.contains(thing) || !lookedAt || thing.kind().isMoment() && !tooOld(standing, now)) {
                return false;
            }
            standing.away = true;
            if (now.isBefore(standing.alert.seenAt().plusSeconds(calm(rules, standing.alert)))) {
                return false;
            }
            standing.alert = standing.alert.resolved(now);
            changes.add(new Change(Verb.RESOLVE, standing.alert, standing.heard));
            standing.heard = false;
            return false;
        });
    }

    /** A moment that nobody has acknowledged stays for a month. */
    private static boolean tooOld(Standing standing, Instant now) {
        return now.isAfter(standing.alert.since().plus(Duration.ofDays(30)));
    }

    private static long calm(List<AlertRule> rules, Alert alert) {
        return rules.stream().filter(rule -> rule.id().equals(alert.ruleId())).mapToLong(AlertRule::calmSeconds)
                .findFirst().orElse(0);
    }

    /** Those that are not over. */
    List<Alert> unresolved() {
        return standings.values().stream().map(standing -> standing.alert)
                .filter(alert -> alert.state() != Alert.State.RESOLVED)
                .sorted(Comparator.comparing(Alert::since)).toList();
    }

    /** One of them. */
    Optional<Alert> find(UUID id) {
        return unresolved().stream().filter(alert -> alert.id().equals(id)).findFirst();
    }

    /** Somebody looks after it. A moment is over then; what lasts ends when it is well again. */
    Alert acknowledge(Alert alert, String who, Instant now, @Nullable String note) {
        Alert acknowledged = alert.acknowledged(who, now, note);
        Alert after = alert.kind().isMoment() ? acknowledged.resolved(now) : acknowledged;
        Standing standing = standings.get(new Thing(alert.kind(), alert.subject()));
        if (standing != null && standing.alert.id().equals(alert.id())) {
            standing.alert = after;
        }
        return after;
    }
}
