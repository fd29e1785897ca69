package org.gatehouse.governance;

import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.governance.snapshot.ComplexityTerms;
import org.gatehouse.governance.snapshot.RouteTerms;
import org.gatehouse.governance.snapshot.Split;

/** How the targets of a model share its calls, as admins say it. What they do not say is as is usual. Immutable. */
public record RouteRules(
        @About(value = "How one target is chosen among those that qualify and are well.", fallback = "\"weighted\"") RouteTerms.Strategy strategy,
        @About("A strategy that is asked too and only recorded, to see what it would do; null for none.") RouteTerms.@Nullable Strategy dryRun,
        @About("What keeps a conversation on its target; null for what is usual.") @Nullable Stickiness stickiness,
        @About("How failed attempts are followed by others; null for what is usual.") @Nullable Retries retries,
        @About("Where calls may go at all; null for anywhere.") @Nullable Residency residency,
        @About("When a full local target gives calls to the next tiers; null for never.") @Nullable Overflow overflow,
        @About("How prompts are scored for the strategy complexity; null for what is usual.") @Nullable Complexity complexity,
        @About("A canary or a comparison; null for none.") @Nullable TrafficSplit split) {

    /** What a model has that says nothing. */
    public static final RouteRules DEFAULT = of(RouteTerms.Strategy.WEIGHTED);

    /** What keeps a conversation on its target. */
    public record Stickiness(
            @About(value = "By what a conversation is known: session (its client names it), prefix (or else how its prompt begins), or none.", fallback = "\"session\"") RouteTerms.Stickiness.Mode mode,
            @About(value = "How long after its last call a session is forgotten, in seconds.", fallback = "3600", min = 1, max = 604_800) int idleSeconds,
            @About(value = "Whether a conversation that moved to a fallback stays there when its first target is well again.", fallback = "false") boolean keepFallback) {

        RouteTerms.Stickiness terms() {
            return new RouteTerms.Stickiness(mode, Duration.ofSeconds(idleSeconds), keepFallback);
        }
    }

    /** How failed attempts are followed by others. */
    public record Retries(
            @About(value = "Most attempts of one call, the first included.", fallback = "3", min = 1, max = 10) int attempts,
            @About(value = "How often a target may be tried again after a passing failure when no other is left.", fallback = "1", max = 5) int sameTarget,
            @About(value = "The wait before the first such repetition, in ms; each further one waits twice as long.", fallback = "200", max = 60_000) int firstWaitMillis,
            @About(value = "A longer wait, the provider's own included, ends the call instead; in ms.", fallback = "2000", max = 600_000) int longestWaitMillis,
            @About(value = "How long an attempt may take to its first byte while another target could be asked, in ms; null for as long as the upstream's own deadline.", min = 10, max = 86_400_000) @Nullable Integer firstByteMillis,
            @About(value = "Further attempts in percent of calls: keeps an outage from being multiplied.", fallback = "20", max = 100) int budgetPercent,
            @About(value = "Further attempts a second that are allowed in any case.", fallback = "10", max = 100_000) int budgetPerSecond,
            @About(value = "Whether an answer that breaks after its first byte is continued on another target.", fallback = "false") boolean continued) {

        RouteTerms.Retries terms() {
            return new RouteTerms.Retries(attempts, sameTarget, Duration.ofMillis(firstWaitMillis),
                    Duration.ofMillis(longestWaitMillis),
                    firstByteMillis == null ? null : Duration.ofMillis(firstByteMillis), budgetPercent,
                    budgetPerSecond, continued);
        }
    }

    /** Where calls may go at all. */
    public record Residency(
            @About(value = "Whether they may not leave the box.", fallback = "false") boolean localOnly,
            @About(value = "The regions in which a target may lie, as targets and upstreams name theirs; empty for any. The box itself is always allowed.", fallback = "[]", max = 100) List<String> regions) {

        RouteTerms.Residency terms() {
            return new RouteTerms.Residency(localOnly, Set.copyOf(regions));
        }
    }

    /** When a full local target gives calls to the next tiers. */
    public record Overflow(
            @About(value = "Whether calls may overflow at all.", fallback = "true") boolean allowed,
            @About(value = "Waiting calls from which a local target is full.", fallback = "16", min = 1, max = 1_000_000) int waitingHigh,
            @About(value = "Waiting calls down to which it has room again; less than waitingHigh.", fallback = "4", max = 1_000_000) int waitingLow,
            @About(value = "Use of its KV cache in percent from which it is full; 101 for never.", fallback = "95", min = 1, max = 101) int cacheHighPercent,
            @About(value = "Use of its KV cache in percent down to which it has room again; less than cacheHighPercent.", fallback = "80", max = 100) int cacheLowPercent) {

        RouteTerms.Overflow terms() {
            return new RouteTerms.Overflow(allowed, waitingHigh, waitingLow, cacheHighPercent, cacheLowPercent);
        }
    }

    /** What each feature of a prompt adds to its complexity, in points; the sum is cut to 0 to 100. */
    public record Complexity(
            @About(value = "For each 1,000 prompt tokens.", fallback = "4", max = 100) int perThousandTokens,
            @About(value = "Most points for length.", fallback = "24", max = 100) int lengthAtMost,
            @About(value = "When the prompt holds program code.", fallback = "20", max = 100) int code,
            @About(value = "When it holds formulas.", fallback = "15", max = 100) int mathematics,
            @About(value = "For each word that asks for thought, up to three.", fallback = "10", max = 100) int reasoning,
            @About(value = "For each question or numbered step beyond the first, up to four.", fallback = "4", max = 100) int steps,
            @About(value = "When the model may call tools.", fallback = "15", max = 100) int tools,
            @About(value = "When the answer must follow a schema.", fallback = "5", max = 100) int schema,
            @About(value = "For each earlier turn of the conversation, up to ten.", fallback = "1", max = 100) int perTurn,
            @About(value = "For each 1,000 tokens of requested output, up to eight.", fallback = "3", max = 100) int perThousandOutputTokens) {

        ComplexityTerms terms() {
            return new ComplexityTerms(perThousandTokens, lengthAtMost, code, mathematics, reasoning, steps, tools,
                    schema, perTurn, perThousandOutputTokens);
        }
    }

    /** A canary or a comparison: each subject stays with its arm. */
    public record TrafficSplit(
            @About(value = "Its name: another one gives the subjects out anew.", min = 1, max = 64, pattern = "[A-Za-z0-9][A-Za-z0-9._-]*") String name,
            @About(value = "What stays together: session, key or user.", fallback = "\"session\"") Split.Subject subject,
            @About(value = "At least two; the first is the control.", min = 2, max = 16) List<SplitArm> arms) {

        TrafficSplit with(List<SplitArm> others) {
            return new TrafficSplit(name, subject, others);
        }
    }

    /** One side of a split. */
    public record SplitArm(
            @About(value = "Its name.", min = 1, max = 64, pattern = "[A-Za-z0-9][A-Za-z0-9._-]*") String name,
            @About(value = "Share of the subjects, relative to the other arms'; 0 for none.", max = 1_000_000) int share,
            @About(value = "The names of the targets that serve it.", min = 1, max = 16) List<String> targets) {}

    /** The usual with a strategy. */
    public static RouteRules of(RouteTerms.Strategy strategy) {
        return new RouteRules(strategy, null, null, null, null, null, null, null);
    }

    /** The same with another split; {@code null} for none. */
    public RouteRules with(@Nullable TrafficSplit other) {
        return new RouteRules(strategy, dryRun, stickiness, retries, residency, overflow, complexity, other);
    }

    /** The same, but an answer that breaks after its first byte is continued on another target. */
    public RouteRules continued() {
        RouteTerms.Retries usual = RouteTerms.DEFAULT.retries();
        Retries before = retries != null
                ? retries
                : new Retries(usual.attempts(), usual.sameTarget(), (int) usual.firstWait().toMillis(),
                        (int) usual.longestWait().toMillis(), null, usual.budgetPercent(), usual.budgetPerSecond(),
                        false);
        return new RouteRules(strategy, dryRun, stickiness,
                new Retries(before.attempts(), before.sameTarget(), before.firstWaitMillis(),
                        before.longestWaitMillis(), before.firstByteMillis(), before.budgetPercent(),
                        before.budgetPerSecond(), true),
                residency, overflow, complexity, split);
    }

    /** Names what contradicts itself or the targets. Ranges are the form's. */
    void check(Checks checks, List<ModelDraft.Target> targets) {
        if (overflow != null) {
            checks.require(overflow.waitingLow() < overflow.waitingHigh(), "route.overflow.waitingLow",
                    "must be less than waitingHigh");
            checks.require(overflow.cacheLowPercent() < overflow.cacheHighPercent(), "route.overflow.cacheLowPercent",
                    "must be less than cacheHighPercent");
        }
        if (split != null) {
            check(checks, split, targets);
        }
    }

    private static void check(Checks checks, TrafficSplit split, List<ModelDraft.Target> targets) {
        Set<String> known = new LinkedHashSet<>();
        targets.stream().map(ModelDraft.Target::name).filter(Objects::nonNull).forEach(known::add);
        Set<String> arms = new HashSet<>();
        Set<String> placed = new HashSet<>();
        long shares = 0;
        for (int i = 0; i < split.arms().size(); i++) {
            SplitArm arm = split.arms().get(i);
            String field = "route.split.arms[" + i + "]";
            shares += arm.share();
            checks.require(arms.add(arm.name()), field + ".name", "is the name of another arm; choose another");
            for (int j = 0; j < arm.targets().size(); j++) {
                String target = arm.targets().get(j);
                String place = field + ".targets[" + j + "]";
                if (!known.contains(target)) {
                    checks.wrong(place, known.isEmpty()
                            ? "names no target: none of the model's targets has a name. Give them names"
                            : "names no target; known are " + String.join(", ", known));
                } else {
                    checks.require(placed.add(target), place, "is in another arm already; a target has one arm");
                }
            }
            if (arm.share() > 0) {
                checks.require(
                        targets.stream().anyMatch(target -> target.weight() > 0 && arm.targets()
                                .contains(String.valueOf(target.name())))
                                || arm.targets().stream().noneMatch(known::contains),
                        field + ".targets", "must have one with a weight, for the arm has a share");
            }
        }
        checks.require(shares > 0, "route.split.arms", "have shares that sum to nothing; give one a share");
    }

    /** What is left of it without some targets: an arm without targets goes, and a split that has nothing to split. */
    RouteRules without(Set<String> gone) {
        TrafficSplit old = split;
        if (old == null) {
            return this;
        }
        List<SplitArm> arms = old.arms().stream()
                .map(arm -> new SplitArm(arm.name(), arm.share(),
                        arm.targets().stream().filter(target -> !gone.contains(target)).toList()))
                .filter(arm -> !arm.targets().isEmpty()).toList();
        boolean splits = arms.size() > 1 && arms.stream().anyMatch(arm -> arm.share() > 0);
        return with(splits ? old.with(arms) : null);
    }

    /**
     * As the data plane has it.
     *
     * @param targets the ids of the model's targets by their names
     */
    RouteTerms terms(Map<String, UUID> targets) {
        RouteTerms usual = RouteTerms.DEFAULT;
        return new RouteTerms(strategy, dryRun, stickiness == null ? usual.stickiness() : stickiness.terms(),
                retries == null ? usual.retries() : retries.terms(),
                residency == null ? usual.residency() : residency.terms(),
                overflow == null ? usual.overflow() : overflow.terms(),
                complexity == null ? usual.complexity() : complexity.terms(),
                split == null ? null : split(split, targets));
    }

    private static Split split(TrafficSplit split, Map<String, UUID> targets) {
        return new Split(split.name(), split.subject(), split.arms().stream().map(arm -> {
            Set<UUID> ids = new HashSet<>();
            arm.targets().forEach(name -> ids.add(Objects.requireNonNull(targets.get(name), "a target of an arm")));
            return new Split.Arm(arm.name(), arm.share(), ids);
        }).toList());
    }
}
