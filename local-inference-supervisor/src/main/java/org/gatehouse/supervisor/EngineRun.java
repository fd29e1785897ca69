package org.gatehouse.supervisor;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.supervisor.HealthProbe.Answer;
import org.gatehouse.supervisor.TrialRun.Verdict;
import org.gatehouse.supervisor.engines.Diagnosis;
import org.gatehouse.supervisor.engines.Engine;
import org.gatehouse.supervisor.engines.EngineFailure;
import org.gatehouse.supervisor.engines.LoadProgress;
import org.gatehouse.supervisor.engines.LoadStage;
import org.gatehouse.supervisor.engines.StartupLog;

/** One process of an instance, from its start or adoption to its end: its log, its family, its answers. Used by the actor. */
final class EngineRun {
    private static final System.Logger LOG = System.getLogger(EngineRun.class.getName());
    private static final int LINES_FOR_DIAGNOSIS = 1000;
    /** Children come while an engine loads, hardly later. */
    private static final Duration LOOK_WHILE_STARTING = Duration.ofSeconds(1);
    private static final Duration LOOK_WHILE_READY = Duration.ofSeconds(10);

    /** What belongs to a process, and where it is kept. */
    record Parts(EngineProcess process, Family family, Backend backend, Manifest manifest, ManifestStore manifests,
            EngineLog log) {}

    private final Deployment deployment;
    private final Parts parts;
    private final boolean adopted;
    private final Duration patience;
    private final Host host;
    private final HealthProbe probe;
    private final TrialRun trialRun;
    private final Engine engine;
    private final StartupLog startup;
    private final Inquiry<Answer> health;
    private final Inquiry<Verdict> trial;
    private final long startedAt;
    private Manifest manifest;
    private long lastWordAt;
    private String lastLine = "";
    private long healthyAt;
    private boolean healthy;
    private Verdict.NotPassed failedTrial = new Verdict.NotPassed("no answer to a call");
    private long readyAt;
    private boolean ready;
    private long nextQuestionAt;
    private long nextLookAt;
    private boolean saidUnreadable;

    /** {@code adopted} says that an earlier daemon started it. */
    EngineRun(Deployment deployment, Parts parts, boolean adopted, Host host, HealthProbe probe) {
        this.adopted = adopted;
        // It may have hung since before its daemon ended: it has as long as a serving one to show that it does not.
        Duration watched = deployment.hang().quiet().multipliedBy(2);
        Duration usual = deployment.trial().atMost();
        this.patience = adopted && watched.compareTo(usual) < 0 ? watched : usual;
        this.deployment = deployment;
        this.parts = parts;
        this.host = host;
        this.probe = probe;
        this.trialRun = new TrialRun(deployment);
        this.engine = Engine.of(deployment.engine());
        this.startup = new StartupLog(engine);
        this.health = new Inquiry<>("health-" + deployment.id());
        this.trial = new Inquiry<>("trial-" + deployment.id());
        this.manifest = parts.manifest();
        this.startedAt = host.nanoTime().getAsLong();
        this.lastWordAt = startedAt;
        this.nextQuestionAt = startedAt;
        this.nextLookAt = startedAt;
    }

    EngineProcess process() {
        return parts.process();
    }

    Family family() {
        return parts.family();
    }

    LoadProgress progress() {
        return startup.progress();
    }

    boolean isAlive() {
        return parts.process().isAlive();
    }

    /** The way to its end, with this grace. */
    Ending ending(Duration grace) {
        return new Ending(parts.family(), parts.backend().ender(parts.family(), manifest.unit()), host.nanoTime(),
                grace);
    }

    /** How long it has been ready; zero if it never was. */
    Duration readyFor() {
        return ready ? Duration.ofNanos(host.nanoTime().getAsLong() - readyAt) : Duration.ZERO;
    }

    /** It passed: from now on this watch counts. */
    ReadyWatch becameReady(Runnable wake) {
        ready = true;
        readyAt = host.nanoTime().getAsLong();
        return new ReadyWatch(deployment, host, probe, trialRun, wake);
    }

    /** Writes down who belongs to it. A failure is logged: the manifest from before the start still finds the engine. */
    void record() {
        manifest = manifest.with(parts.process().pid(), parts.family().members());
        try {
            parts.manifests().write(manifest);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "The manifest of instance " + deployment.id()
                    + " cannot be renewed; free disk space in the state directory", e);
        }
    }

    /** Looks for new children from time to time. */
    void lookForChildren() {
        long now = host.nanoTime().getAsLong();
        if (now - nextLookAt >= 0) {
            nextLookAt = now + (ready ? LOOK_WHILE_READY : LOOK_WHILE_STARTING).toNanos();
            if (parts.family().look()) {
                record();
            }
        }
    }

    /** Reads along. Returns whether the start has come further. */
    boolean readLog() {
        try {
            return take(parts.log().read());
        } catch (IOException e) {
            unreadable(e);
            return false;
        }
    }

    private void unreadable(IOException e) {
        if (!saidUnreadable) {
            saidUnreadable = true; // Once: the next tick would say it again.
            LOG.log(System.Logger.Level.WARNING, "The log " + parts.log().file() + " of instance " + deployment.id()
                    + " cannot be read; its phases and last words are unknown until it starts again", e);
        }
    }

    private boolean take(List<String> lines) {
        if (!lines.isEmpty()) {
            lastWordAt = host.nanoTime().getAsLong();
            lastLine = lines.getLast();
        }
        boolean further = false;
        for (String line : ready ? List.<String>of() : lines) {
            further |= startup.read(line);
        }
        return further;
    }

    /** Why it ended, from its last words and its exit code. Call when it has. */
    Cause causeOfEnd() {
        try {
            take(parts.log().finish());
        } catch (IOException e) {
            unreadable(e);
        }
        return Cause.of(Diagnosis.of(engine, parts.log().lastOfThisGeneration(LINES_FOR_DIAGNOSIS),
                parts.process().exitCode(), ready));
    }

    /** The cause, if the start is stuck; else {@code null}. */
    @Nullable
    Cause stalled() {
        long now = host.nanoTime().getAsLong();
        if (healthy) {
            Duration since = Duration.ofNanos(now - healthyAt);
            return since.compareTo(patience) <= 0
                    ? null
                    : Cause.of(failedTrial.failure(),
                            "in good health for " + since.toSeconds() + " s, but " + failedTrial.why());
        }
        LoadStage stage = progress().stage();
        Duration running = Duration.ofNanos(now - startedAt);
        if (adopted && stage == LoadStage.LISTENING && running.compareTo(patience) > 0) {
            return Cause.of(EngineFailure.UNRESPONSIVE,
                    "an earlier daemon left it, and it gave no answer for " + running.toSeconds() + " s");
        }
        if (Duration.ofNanos(now - lastWordAt).compareTo(deployment.readiness().stallIn(stage)) > 0) {
            return Cause.of(Diagnosis.ofStall(stage, lastLine));
        }
        return running.compareTo(deployment.readiness().longest()) <= 0
                ? null
                : Cause.of(EngineFailure.STALLED,
                        "not ready after " + running.toSeconds() + " s, in stage " + stage);
    }

    /** How far a starting engine is with its answers. */
    enum Step {
        /** No good health yet. */
        LOADING,
        /** In good health; has yet to pass its trial. */
        PROBING,
        /** Passed. */
        PASSED
    }

    /** Takes what it has answered and asks what is due; {@code answered} is called from another thread. */
    Step askWhileStarting(Runnable answered) {
        long now = host.nanoTime().getAsLong();
        Answer answer = health.take();
        if (answer != null && answer.isWell() && !healthy) {
            healthy = true;
            healthyAt = now;
            nextQuestionAt = now;
        }
        Verdict verdict = trial.take();
        if (verdict instanceof Verdict.Passed) {
            return Step.PASSED;
        }
        if (verdict instanceof Verdict.NotPassed not) {
            failedTrial = not;
        }
        if (now - nextQuestionAt >= 0 && !health.isOpen() && !trial.isOpen()) {
            nextQuestionAt = now + deployment.readiness().interval().toNanos();
            if (healthy) {
                trial.ask(() -> trialRun.run(deployment.trial().deadline()),
                        new Verdict.NotPassed("the question failed"), answered);
            } else {
                health.ask(() -> probe.get(deployment.listen(), deployment.readiness().healthPath(),
                        deployment.readiness().deadline()), new Answer.None("the question failed"), answered);
            }
        }
        return healthy ? Step.PROBING : Step.LOADING;
    }

    /** Nothing of it is left: forgets the manifest and the socket. */
    void cleared() {
        try {
            take(parts.log().finish());
            if (!manifest.socket().toString().isEmpty()) {
                SocketFiles.unlink(manifest.socket());
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "Instance " + deployment.id() + " has ended and left something behind",
                    e);
        }
        parts.backend().cleared(deployment.id(), manifest.unit());
        parts.manifests().delete(deployment.id());
    }
}
