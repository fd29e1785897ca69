package org.gatehouse.admin;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.admin.LiveRoutes.ArmFigures;
import org.gatehouse.admin.LiveRoutes.KeyFigures;
import org.gatehouse.admin.LiveRoutes.TargetFigures;
import org.gatehouse.governance.PublicModel;
import org.gatehouse.governance.RouteRules;
import org.gatehouse.governance.form.About;

/** The forms in which the admin API shows what becomes of a model's calls. */
final class RouteViews {
    private static final int MICRO_DIGITS = 6;

    private RouteViews() {}

    /** A model's route at one moment. */
    record RouteStatus(@About("When it was so.") Instant at, @About("The model.") UUID modelId,
            @About("Its public name.") String model, @About("Calls since the start of the box.") long calls,
            @About("Further attempts after the first ones of these calls.") long furtherAttempts,
            @About("Calls for which the dry run would have chosen another target.") long dryRunDiffered,
            @About("Its targets, in their order.") List<TargetStatus> targets,
            @About("The arms of its split, the control first; empty without a split.") List<ArmStatus> arms,
            @About("The currency of costs.") String currency) {}

    /** A target at one moment; counts are since the start of the box. */
    record TargetStatus(@About("The target; to reset it.") UUID id, @About("Its upstream.") String upstream,
            @About("What that calls the model.") String upstreamModel,
            @About("By what a split knows it.") @Nullable String name, @About("0 is asked first.") int tier,
            @About("Relative share of new calls.") int weight, @About("Calls that were sent there.") long attempts,
            @About("Calls that it answered well.") long served,
            @About("Calls whose client left, or whose answer nobody needed any more.") long abandoned,
            @About("Calls that failed, by cause.") Map<String, Long> failures,
            @About("closed: calls pass; open: none; half_open: a few, to see.") String breaker,
            @About("Until calls may go there again, in ms; 0 when they may.") long coolDownMillis,
            @About("Calls that are there.") int inFlight,
            @About("Of which so many have no first byte yet.") int waiting,
            @About("How soon a streamed answer begins, in ms: a peak mean that fades; null when unknown.") @Nullable Double firstByteMillis,
            @About("How soon a plain answer comes, in ms; null when unknown.") @Nullable Double wholeAnswerMillis,
            @About("How fast answers come after their first byte; null when unknown.") @Nullable Double tokensPerSecond,
            @About("The keys of its upstream that were used.") List<KeyStanding> keys) {

        static TargetStatus of(PublicModel.Target target, @Nullable TargetFigures seen, List<KeyFigures> keys) {
            TargetFigures figures = seen == null
                    ? new TargetFigures(0, 0, 0, Map.of(), "closed", Duration.ZERO, 0, 0, Duration.ZERO, Duration.ZERO,
                            0)
                    : seen;
            return new TargetStatus(target.id(), target.upstream(), target.upstreamModel(), target.name(),
                    target.tier(), target.weight(), figures.attempts(), figures.served(), figures.abandoned(),
                    new TreeMap<>(figures.failures()), figures.breaker(), figures.coolDown().toMillis(),
                    figures.inFlight(), figures.waiting(), millis(figures.firstByteStreamed()),
                    millis(figures.firstBytePlain()),
                    figures.tokensPerSecond() > 0 ? (Double) figures.tokensPerSecond() : null,
                    keys.stream().map(KeyStanding::of).toList());
        }
    }

    /** How a key stands. */
    record KeyStanding(@About("Its name.") String name, @About("Whose money it spends.") String account,
            @About("Why it is out until a test passes; null when it is not.") @Nullable String out,
            @About("How long it still rests, in ms, where that is longest.") long restMillis) {

        static KeyStanding of(KeyFigures figures) {
            return new KeyStanding(figures.name(), figures.account(), figures.out(), figures.rest().toMillis());
        }
    }

    /** How an arm did so far, since the start of the box. */
    record ArmStatus(@About("Its name.") String name, @About("Share of the subjects.") int share,
            @About("The targets that serve it.") List<String> targets,
            @About("Calls that ended at a target of the arm.") long calls, @About("Of which were served.") long served,
            @About("Of which failed.") long failed,
            @About("Calls that had to go to a target outside the arm; not among the calls.") long crossed,
            @About("The rate of success; null without calls.") @Nullable Rate success,
            @About("Mean time to the first byte, in ms; null when unknown.") @Nullable Double firstByteMillis,
            @About("Half of that mean's 95 % interval, in ms.") @Nullable Double firstByteMarginMillis,
            @About("How fast answers come after their first byte; null when unknown.") @Nullable Double tokensPerSecond,
            @About("Mean cost of a served call.") BigDecimal costPerCall,
            @About("Whether it succeeds better or worse than the control: better, worse or undecided.") String successVerdict,
            @About("Whether it begins sooner: better, worse or undecided.") String firstByteVerdict) {

        static ArmStatus of(RouteRules.SplitArm arm, @Nullable ArmFigures figures) {
            return figures == null
                    ? new ArmStatus(arm.name(), arm.share(), arm.targets(), 0, 0, 0, 0, null, null, null, null,
                            BigDecimal.ZERO, "undecided", "undecided")
                    : new ArmStatus(arm.name(), arm.share(), arm.targets(), figures.served() + figures.failed(),
                            figures.served(), figures.failed(), figures.crossed(),
                            figures.served() + figures.failed() == 0
                                    ? null
                                    : new Rate(figures.low(), figures.rate(), figures.high()),
                            known(figures.firstByteMillis()), known(figures.firstByteMargin()),
                            known(figures.tokensPerSecond()), BigDecimal.valueOf(figures.costMicros(), MICRO_DIGITS),
                            figures.success(), figures.firstByte());
        }
    }

    /** A rate and its 95 % interval. */
    record Rate(@About("The lower end.") double low, @About("The rate itself, 0 to 1.") double rate,
            @About("The upper end.") double high) {}

    /** Which arm. */
    record PromotionDraft(
            @About(value = "The name of the arm that gets all subjects.", min = 1, max = 64) String arm) {}

    private static @Nullable Double millis(Duration time) {
        return time.isZero() ? null : (Double) (time.toNanos() / 1e6);
    }

    private static @Nullable Double known(double value) {
        return value > 0 ? (Double) value : null;
    }
}
