package org.gatehouse.gateway.routing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.routing.Explanation.Reason;
import org.gatehouse.gateway.routing.health.Bearing;
import org.gatehouse.gateway.routing.health.Breaker;
import org.gatehouse.gateway.routing.health.KeyPool;
import org.gatehouse.gateway.routing.split.ArmOutcomes;
import org.gatehouse.gateway.routing.split.Assignment;
import org.gatehouse.gateway.routing.sticky.Rendezvous;
import org.gatehouse.gateway.routing.strategy.Complexity;
import org.gatehouse.gateway.routing.strategy.Option;
import org.gatehouse.gateway.routing.strategy.Qualification;
import org.gatehouse.gateway.routing.strategy.Qualification.Unfit;
import org.gatehouse.gateway.routing.targets.CallTraits;
import org.gatehouse.gateway.routing.targets.Candidate;
import org.gatehouse.governance.snapshot.RouteTerms;
import org.gatehouse.governance.snapshot.RouteTerms.Stickiness.Mode;
import org.gatehouse.governance.snapshot.Split;

/**
 * One call's way through the targets of a route: ask for the {@linkplain #next next step}, take it, end the attempt, ask
 * again until the call is served or the step is an {@link Step.End}. For the call's thread.
 */
public final class Attempts {
    /** A prefix's own target is left for another when it has so many times the calls that it would have on average. */
    private static final double OVERLOADED = 1.5;
    private static final int FEW = 4;
    /** Ranks: tiers are 0 to 99. */
    private static final int FULL = 100;
    private static final int FOREIGN = 1000;

    private final Traffic traffic;
    private final UUID route;
    private final RouteState state;
    private final RouteTerms terms;
    private final CallTraits call;
    private final List<Candidate> candidates;
    private final long deadline;
    private final List<Option> fit;
    private final Split.@Nullable Arm arm;
    private final Set<UUID> done = new HashSet<>(4);
    private final Set<String> pennilessAccounts = new HashSet<>(2);
    private int made;
    private int repeated;
    private Reason reason = Reason.NONE;
    private @Nullable String dryRun;
    private @Nullable Option last;
    private @Nullable Cause lastCause;
    private @Nullable Duration lastRetryAfter;
    private Step.@Nullable Why over;
    private boolean committed;

    Attempts(Traffic traffic, UUID route, RouteState state, RouteTerms terms, List<Candidate> candidates,
            CallTraits call, long deadline) {
        this.traffic = traffic;
        this.route = route;
        this.state = state;
        this.terms = terms;
        this.call = call;
        this.candidates = candidates;
        this.deadline = deadline;
        this.arm = terms.split() == null ? null : Assignment.of(terms.split(), call);
        this.fit = new ArrayList<>(candidates.size());
        for (Candidate candidate : candidates) {
            if (Qualification.of(candidate, call, terms) == null) {
                fit.add(new Option(candidate, traffic.target(candidate.id())));
            }
        }
    }

    /** What to do next. After an attempt this may be asked only when that has ended. */
    public Step next() {
        if (over != null) {
            return new Step.End(over, null);
        }
        long now = now();
        if (fit.isEmpty()) {
            return new Step.End(Step.Why.NONE_QUALIFIES, null);
        }
        if (now - deadline >= 0) {
            return new Step.End(Step.Why.DEADLINE, null);
        }
        if (made >= terms.retries().attempts()) {
            return new Step.End(Step.Why.ATTEMPTS_USED, noneAvailable(now).retryAfter());
        }
        Plan plan = plan(now);
        if (plan == null) {
            plan = repetition(now);
        }
        if (plan == null) {
            return made == 0 ? noneAvailable(now) : new Step.End(Step.Why.ALL_TRIED, noneAvailable(now).retryAfter());
        }
        if (now + plan.pauseNanos - deadline >= 0) {
            return new Step.End(Step.Why.DEADLINE, Duration.ofNanos(plan.pauseNanos));
        }
        if (made > 0 && !state.budget.take(terms.retries(), now)) {
            return new Step.End(Step.Why.BUDGET_USED, noneAvailable(now).retryAfter());
        }
        return go(plan, now);
    }

    private record Plan(Option option, Reason why, long pauseNanos) {}

    private Step go(Plan plan, long now) {
        Option option = plan.option;
        Candidate candidate = option.candidate();
        KeyPool.Key key = traffic.keysOf(candidate.upstream()).pick(candidate.keys(), candidate.id(),
                pennilessAccounts, now);
        Breaker.Pass pass = key == null
                ? null
                : plan.why == Reason.LAST_RESORT
                        ? option.state().breaker().lastResort(now)
                        : option.state().breaker().pass(now);
        if (key == null || pass == null) {
            // Another call took the last probe or the key's turn in between.
            done.add(candidate.id());
            return next();
        }
        if (made == 0) {
            reason = plan.why;
        } else {
            state.furtherAttempts.increment();
        }
        made++;
        last = option;
        if (arm != null && !arm.targets().contains(candidate.id())) {
            outcomesOf(arm).crossed();
        }
        return new Step.Go(new Attempt(this, candidate, key, option.state(), pass, call.streamed(), made, now),
                Duration.ofNanos(plan.pauseNanos));
    }

    /** The best well target that was not tried yet; {@code null} when there is none. */
    private @Nullable Plan plan(long now) {
        List<Option> open = new ArrayList<>(fit.size());
        int least = Integer.MAX_VALUE;
        for (Option option : fit) {
            if (!done.contains(option.candidate().id()) && isOpen(option, now)) {
                int rank = rank(option, now);
                if (rank < least) {
                    least = rank;
                }
                open.add(option);
            }
        }
        if (open.isEmpty()) {
            Option resort = lastResort(now);
            return resort == null ? null : new Plan(resort, Reason.LAST_RESORT, 0);
        }
        Option seat = made == 0 ? seated(open, least, now) : null;
        if (seat != null) {
            return new Plan(seat, Reason.SESSION, 0);
        }
        int rank = least;
        open.removeIf(option -> rank(option, now) > rank);
        if (made == 0 && terms.dryRun() != null) {
            dryRun = state.dryRun.choose(terms.dryRun(), terms.complexity(), open, call, now).candidate().name();
        }
        String prefix = terms.stickiness().mode() == Mode.PREFIX
                ? call.session() != null ? call.session() : call.prefix()
                : null;
        Plan plan = prefix == null
                ? new Plan(state.chooser.choose(terms.strategy(), terms.complexity(), open, call, now),
                        Reason.STRATEGY, 0)
                : new Plan(ofPrefix(prefix, open), Reason.PREFIX, 0);
        if (dryRun != null && made == 0 && !dryRun.equals(plan.option.candidate().name())) {
            state.dryRunDiffered.increment();
        }
        return plan;
    }

    private boolean isOpen(Option option, long now) {
        Candidate candidate = option.candidate();
        return option.state().isUsable(now) && traffic.keysOf(candidate.upstream()).hasOne(candidate.keys(),
                candidate.id(), pennilessAccounts, now);
    }

    /** Own arm before the others, targets with room before full ones, then by tier. */
    private int rank(Option option, long now) {
        boolean foreign = arm != null && !arm.targets().contains(option.candidate().id());
        boolean full = state.overflowing.isFull(option, terms.overflow(), now);
        return (foreign ? FOREIGN : 0) + (full ? FULL : 0) + option.candidate().terms().tier();
    }

    private @Nullable Option seated(List<Option> open, int least, long now) {
        String session = call.session();
        if (session == null || terms.stickiness().mode() != Mode.SESSION) {
            return null;
        }
        UUID target = traffic.sessions().targetOf(route, session, terms.stickiness().idle().toNanos(), now);
        if (target != null) {
            for (Option option : open) {
                if (option.candidate().id().equals(target)) {
                    int rank = rank(option, now);
                    boolean kept = rank == least || terms.stickiness().keepFallback() && rank < FULL;
                    return kept ? option : null;
                }
            }
        }
        return null;
    }

    /** The prefix's own place, unless it has far more to do than the others: memory is not worth any wait. */
    private static Option ofPrefix(String prefix, List<Option> open) {
        int inFlight = 0;
        for (Option option : open) {
            inFlight += option.state().inFlight();
        }
        double most = Math.max(FEW, OVERLOADED * (inFlight + 1) / open.size());
        List<Option> left = new ArrayList<>(open);
        while (true) {
            Option place = Rendezvous.place(prefix, left, option -> option.candidate().id().toString(),
                    option -> option.candidate().weight());
            if (left.size() == 1 || place.state().inFlight() < most) {
                return place;
            }
            left.remove(place);
        }
    }

    /** When all are ill, the one that will be well soonest is asked all the same, by a few calls at once. */
    private @Nullable Option lastResort(long now) {
        Option best = null;
        long soonest = Long.MAX_VALUE;
        for (Option option : fit) {
            Candidate candidate = option.candidate();
            if (!done.contains(candidate.id()) && option.state().breaker().state() != Breaker.State.CLOSED
                    && traffic.keysOf(candidate.upstream()).hasOne(candidate.keys(), candidate.id(),
                            pennilessAccounts, now)) {
                long wait = option.state().breaker().nanosClosed(now);
                if (wait < soonest) {
                    best = option;
                    soonest = wait;
                }
            }
        }
        return best;
    }

    /** The last target once more, if that failed in passing and nobody else is left; {@code null} when not. */
    private @Nullable Plan repetition(long now) {
        Option option = last;
        if (option == null || lastCause == null || repeated >= terms.retries().sameTarget()
                || !Bearing.passes(lastCause)) {
            return null;
        }
        long wait = terms.retries().firstWait().toNanos() << repeated;
        wait += (long) (wait * traffic.chance() / 2);
        if (lastRetryAfter != null) {
            wait = Math.max(wait, lastRetryAfter.toNanos());
        }
        Candidate candidate = option.candidate();
        long then = now + wait;
        if (wait > terms.retries().longestWait().toNanos() || !option.state().isUsable(now)
                || !traffic.keysOf(candidate.upstream()).hasOne(candidate.keys(), candidate.id(), pennilessAccounts,
                        then)) {
            return null;
        }
        repeated++;
        return new Plan(option, Reason.STRATEGY, wait);
    }

    /** The target that can be used again first says how long to wait, and for what. */
    private Step.End noneAvailable(long now) {
        long least = Long.MAX_VALUE;
        Cause cause = null;
        for (Option option : fit) {
            Candidate candidate = option.candidate();
            KeyPool.Wait keys = traffic.keysOf(candidate.upstream()).untilOne(candidate.keys(), candidate.id(),
                    Set.of(), now);
            long ill = option.state().breaker().nanosClosed(now);
            long wait = Math.max(keys.nanos(), ill);
            if (wait < least) {
                least = wait;
                cause = keys.nanos() >= ill ? keys.cause() : null;
            }
        }
        return new Step.End(Step.Why.NONE_AVAILABLE,
                least == Long.MAX_VALUE ? null : Duration.ofNanos(Math.max(least, 1_000_000_000L)), cause);
    }

    /** The client has the first byte of the answer: from now on no other target can take over unseen. */
    public void committed() {
        committed = true;
    }

    /** The targets that can and may serve the call, well or not, in their order. */
    public List<Candidate> qualified() {
        return fit.stream().map(Option::candidate).toList();
    }

    /** Attempts that were made. */
    public int made() {
        return made;
    }

    /** Why the call went where it went. */
    public Explanation explanation() {
        List<Explanation.Rejected> unfit = new ArrayList<>();
        for (Candidate candidate : candidates) {
            Unfit why = Qualification.of(candidate, call, terms);
            if (why != null) {
                unfit.add(new Explanation.Rejected(candidate.name(), why));
            }
        }
        boolean scored = terms.strategy() == RouteTerms.Strategy.COMPLEXITY
                || terms.dryRun() == RouteTerms.Strategy.COMPLEXITY;
        return new Explanation(reason, arm == null ? null : arm.name(),
                scored && call.features() != null ? Complexity.of(call.features(), terms.complexity()) : null, dryRun,
                unfit);
    }

    long now() {
        return traffic.now();
    }

    @Nullable
    Duration firstByteWithin(Attempt attempt) {
        if (!anotherIsUsable(attempt)) {
            return null;
        }
        Duration within = terms.retries().firstByteWithin();
        if (!attempt.isProbe()) {
            return within;
        }
        Duration ofProbe = Duration.ofNanos(traffic.target(attempt.candidate().id()).silenceNanos() * 2);
        return within == null || ofProbe.compareTo(within) < 0 ? ofProbe : within;
    }

    boolean anotherIsUsable(Attempt attempt) {
        if (made >= terms.retries().attempts()) {
            return false;
        }
        long now = now();
        for (Option option : fit) {
            UUID id = option.candidate().id();
            if (!id.equals(attempt.candidate().id()) && !done.contains(id) && isOpen(option, now)) {
                return true;
            }
        }
        return false;
    }

    void served(Attempt attempt, long firstByteNanos, long outputTokens, long answerNanos, long costMicros, long now) {
        Candidate candidate = attempt.candidate();
        over = Step.Why.SERVED;
        traffic.keysOf(candidate.upstream()).served(attempt.key(), candidate.id(), now);
        if (call.session() != null && terms.stickiness().mode() == Mode.SESSION) {
            traffic.bind(route, call.session(), candidate.id(), terms.stickiness());
        }
        if (arm != null && arm.targets().contains(candidate.id())) {
            outcomesOf(arm).served(firstByteNanos, outputTokens, answerNanos, costMicros);
        }
    }

    void failed(Attempt attempt, Cause cause, @Nullable Duration retryAfter, long now) {
        Candidate candidate = attempt.candidate();
        KeyPool keys = traffic.keysOf(candidate.upstream());
        keys.failed(attempt.key(), candidate.id(), cause, retryAfter, now);
        lastCause = cause;
        lastRetryAfter = retryAfter;
        Bearing bearing = Bearing.of(cause);
        if (cause == Cause.OUT_OF_MONEY) {
            pennilessAccounts.add(attempt.key().account());
        }
        boolean anotherKey = (bearing == Bearing.ACCOUNT || bearing == Bearing.PACE)
                && keys.hasOne(candidate.keys(), candidate.id(), pennilessAccounts, now);
        if (!anotherKey) {
            done.add(candidate.id());
        }
        if (arm != null && bearing != Bearing.REQUEST && arm.targets().contains(candidate.id())) {
            outcomesOf(arm).failed();
        }
        if (bearing == Bearing.REQUEST) {
            over = Step.Why.REQUEST_AT_FAULT;
        } else if (committed && !terms.retries().continued()) {
            over = Step.Why.COMMITTED;
        }
    }

    /** Nobody was asked: it counts for neither the attempts nor the budget, and the same target has no room for a repetition. */
    void turnedAway(Attempt attempt) {
        made--;
        last = null;
        lastCause = null;
        done.add(attempt.candidate().id());
        if (committed && !terms.retries().continued()) {
            over = Step.Why.COMMITTED;
        }
    }

    void abandoned() {
        over = Step.Why.CLIENT_LEFT;
    }

    private ArmOutcomes outcomesOf(Split.Arm of) {
        Split split = terms.split();
        return state.arm(split == null ? "" : split.id(), of.name());
    }
}
