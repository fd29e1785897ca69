package org.gatehouse.supervisor;

import java.io.IOException;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.gatehouse.supervisor.HealthProbe.Answer;
import org.gatehouse.supervisor.TrialRun.Verdict;
import org.gatehouse.supervisor.engines.Engine;
import org.gatehouse.supervisor.engines.EngineFailure;
import org.gatehouse.supervisor.engines.EngineLoad;

/**
 * Watches one serving engine: its health, its metrics and, when neither counters nor calls have shown life for a while, a call of
 * one token. Never blocks; used by the instance's actor.
 */
final class ReadyWatch {
    /** How it is. */
    sealed interface Finding {
        /** Well. */
        record Well() implements Finding {}

        /** It serves, but badly. */
        record Poor(String why) implements Finding {}

        /** It is of no use any more. */
        record Gone(Cause cause) implements Finding {}
    }

    /** What a reading of the metrics came to; no load if it did not come. */
    private record Reading(@Nullable EngineLoad load) {}

    private final Deployment deployment;
    private final Engine engine;
    private final Host host;
    private final HealthProbe probe;
    private final TrialRun trialRun;
    private final EngineClient client = new EngineClient();
    private final Inquiry<Answer> health;
    private final Inquiry<Reading> metrics;
    private final Inquiry<Verdict> trial;
    private final Runnable wake;
    private long nextHealth;
    private long nextReading;
    private long lastSign;
    private long lastTrial;
    private int misses;
    private int failures;
    private boolean movedDuringTrial;
    private String lastMiss = "";
    private String slow = "";
    private double tokens = -1;
    private @Nullable MeasuredLoad load;

    ReadyWatch(Deployment deployment, Host host, HealthProbe probe, TrialRun trialRun, Runnable wake) {
        this.deployment = deployment;
        this.engine = Engine.of(deployment.engine());
        this.host = host;
        this.probe = probe;
        this.trialRun = trialRun;
        this.wake = wake;
        this.health = new Inquiry<>("health-" + deployment.id());
        this.metrics = new Inquiry<>("metrics-" + deployment.id());
        this.trial = new Inquiry<>("trial-" + deployment.id());
        long now = host.nanoTime().getAsLong();
        this.nextHealth = now + deployment.health().interval().toNanos();
        this.nextReading = now;
        this.lastSign = now;
        this.lastTrial = now;
    }

    /** The newest reading, or {@code null} while there is none. */
    @Nullable
    MeasuredLoad load() {
        return load;
    }

    /** Takes what has been answered, asks what is due. */
    Finding look() {
        long now = host.nanoTime().getAsLong();
        takeHealth();
        if (misses >= deployment.health().misses()) {
            return new Finding.Gone(Cause.of(EngineFailure.UNRESPONSIVE,
                    misses + " health checks missed in a row; the last: " + lastMiss));
        }
        takeReading(now);
        Cause hung = takeTrial(now);
        if (hung != null) {
            return new Finding.Gone(hung);
        }
        ask(now);
        if (misses > 0) {
            return new Finding.Poor("a health check was missed: " + lastMiss);
        }
        return slow.isEmpty() ? new Finding.Well() : new Finding.Poor(slow);
    }

    private void takeHealth() {
        Answer answer = health.take();
        if (answer != null) {
            misses = answer.isWell() ? 0 : misses + 1;
            lastMiss = answer.words();
        }
    }

    private void takeReading(long now) {
        Reading reading = metrics.take();
        if (reading == null || reading.load() == null) {
            return;
        }
        EngineLoad read = reading.load();
        load = new MeasuredLoad(read, host.clock().instant());
        double sum = orZero(read.promptTokens()) + orZero(read.generatedTokens());
        if (tokens >= 0 && sum != tokens) {
            lastSign = now;
            movedDuringTrial = true;
        }
        tokens = sum;
    }

    private static double orZero(@Nullable Double value) {
        return value == null ? 0 : value;
    }

    private @Nullable Cause takeTrial(long now) {
        Verdict verdict = trial.take();
        if (verdict == null) {
            return null;
        }
        lastTrial = now;
        switch (verdict) {
            case Verdict.Passed _ -> {
                lastSign = now;
                failures = 0;
                slow = "";
            }
            case Verdict.NotPassed(EngineFailure _, String why) -> {
                if (movedDuringTrial) {
                    failures = 0;
                    slow = "slow: a call of one token failed (" + why + ") while its counters moved";
                } else if (++failures >= 2) {
                    return Cause.of(EngineFailure.HUNG, "no token for "
                            + Duration.ofNanos(now - lastSign).toSeconds() + " s" + inHand()
                            + ", and two calls of one token failed; the last: " + why);
                }
            }
        }
        return null;
    }

    private String inHand() {
        MeasuredLoad last = load;
        return last == null
                ? ""
                : " with " + Math.round(orZero(last.load().running()) + orZero(last.load().waiting()))
                        + " calls in hand";
    }

    private void ask(long now) {
        if (now - nextHealth >= 0 && !health.isOpen()) {
            nextHealth = now + deployment.health().interval().toNanos();
            health.ask(() -> probe.get(deployment.listen(), deployment.readiness().healthPath(),
                    deployment.health().deadline()), new Answer.None("the question failed"), wake);
        }
        String path = engine.endpoints().metrics();
        if (now - nextReading >= 0 && !metrics.isOpen() && !path.isEmpty()) {
            nextReading = now + deployment.hang().scrape().toNanos();
            metrics.ask(() -> read(path), new Reading(null), wake);
        }
        long quiet = deployment.hang().quiet().toNanos();
        boolean due = failures > 0 || now - lastSign >= quiet || !slow.isEmpty() && now - lastTrial >= quiet;
        if (due && !trial.isOpen() && deployment.trial().depth() != Trial.Depth.HEALTHY) {
            movedDuringTrial = false;
            trial.ask(() -> trialRun.again(deployment.hang().deadline()), new Verdict.NotPassed("the question failed"),
                    wake);
        }
    }

    private Reading read(String path) {
        try {
            EngineClient.Reply reply = client.get(deployment.listen(), path, trialRun.key(),
                    deployment.health().deadline());
            return new Reading(reply.status() == 200 ? EngineLoad.read(engine.metricNames(), reply.body()) : null);
        } catch (IOException _) {
            return new Reading(null); // Said by the health check, if it stays so.
        }
    }
}
