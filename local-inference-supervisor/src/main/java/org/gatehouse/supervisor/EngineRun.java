package org.gatehouse.supervisor;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

import org.gatehouse.supervisor.HealthProbe.Answer;
import org.gatehouse.supervisor.VllmStartupLog.Progress;

/** One process of an instance, from its start to its end: its log, its family, its answers. Used by the instance's actor. */
final class EngineRun {
    private static final System.Logger LOG = System.getLogger(EngineRun.class.getName());
    private static final int LINES_FOR_DIAGNOSIS = 1000;
    /** Children come while an engine loads, hardly later. */
    private static final Duration LOOK_WHILE_STARTING = Duration.ofSeconds(1);
    private static final Duration LOOK_WHILE_READY = Duration.ofSeconds(10);

    private final Deployment deployment;
    private final Process process;
    private final Family family;
    private final EngineLog log;
    private final ManifestStore manifests;
    private final Host host;
    private final HealthProbe probe;
    private final AtomicReference<@Nullable Answer> answer = new AtomicReference<>();
    private final long startedAt;
    private Manifest manifest;
    private Progress progress = new Progress(LoadPhase.STARTING, 0);
    private long lastWordAt;
    private long readyAt;
    private boolean ready;
    private boolean asking;
    private long nextQuestionAt;
    private long nextLookAt;
    private int misses;
    private boolean saidUnreadable;

    EngineRun(Deployment deployment, Process process, Family family, EngineLog log, ManifestStore manifests,
            Manifest manifest, Host host, HealthProbe probe) {
        this.deployment = deployment;
        this.process = process;
        this.family = family;
        this.log = log;
        this.manifests = manifests;
        this.manifest = manifest;
        this.host = host;
        this.probe = probe;
        this.startedAt = host.nanoTime().getAsLong();
        this.lastWordAt = startedAt;
        this.nextQuestionAt = startedAt;
        this.nextLookAt = startedAt;
    }

    Process process() {
        return process;
    }

    Family family() {
        return family;
    }

    Progress progress() {
        return progress;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** How long it has been ready; zero if it never was. */
    Duration readyFor() {
        return ready ? Duration.ofNanos(host.nanoTime().getAsLong() - readyAt) : Duration.ZERO;
    }

    /** It answered: from now on the health watch counts. */
    void becameReady() {
        ready = true;
        readyAt = host.nanoTime().getAsLong();
        nextQuestionAt = readyAt + deployment.health().interval().toNanos();
        misses = 0;
    }

    /** Writes down who belongs to it. A failure is logged: the manifest from before the start still finds the engine. */
    void record() {
        manifest = manifest.with(process.pid(), family.members());
        try {
            manifests.write(manifest);
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
            if (family.look()) {
                record();
            }
        }
    }

    /** Reads along. Returns whether the start has come further. */
    boolean readLog() {
        try {
            return take(log.read());
        } catch (IOException e) {
            unreadable(e);
            return false;
        }
    }

    private void unreadable(IOException e) {
        if (!saidUnreadable) {
            saidUnreadable = true; // Once: the next tick would say it again.
            LOG.log(System.Logger.Level.WARNING, "The log " + log.file() + " of instance " + deployment.id()
                    + " cannot be read; its phases and last words are unknown until it starts again", e);
        }
    }

    private boolean take(List<String> lines) {
        if (!lines.isEmpty()) {
            lastWordAt = host.nanoTime().getAsLong();
        }
        boolean further = false;
        for (String line : lines) {
            Progress said = ready ? null : VllmStartupLog.progress(line);
            if (said != null && said.isBeyond(progress)) {
                progress = said;
                further = true;
            }
        }
        return further;
    }

    /** Why it ended, from its last words and its exit code. Call when it has. */
    Cause causeOfEnd() {
        try {
            take(log.finish());
        } catch (IOException e) {
            unreadable(e);
        }
        return FailureSignatures.diagnose(log.lastOfThisGeneration(LINES_FOR_DIAGNOSIS), process.exitValue(), ready);
    }

    /** The cause, if the start is stuck; else {@code null}. */
    @Nullable
    Cause stalled() {
        long now = host.nanoTime().getAsLong();
        Duration silence = Duration.ofNanos(now - lastWordAt);
        Duration allowed = deployment.readiness().stallIn(progress.phase());
        if (silence.compareTo(allowed) > 0) {
            return Cause.of(FailureKind.STALLED,
                    "no word for " + silence.toSeconds() + " s in phase " + progress.phase() + ", allowed "
                            + allowed.toSeconds() + " s");
        }
        Duration running = Duration.ofNanos(now - startedAt);
        if (running.compareTo(deployment.readiness().longest()) > 0) {
            return Cause.of(FailureKind.STALLED,
                    "not ready after " + running.toSeconds() + " s, in phase " + progress.phase());
        }
        return null;
    }

    /** Asks for its health if that is due and no question is open; {@code answered} is called from another thread. */
    void askForHealth(Runnable answered) {
        long now = host.nanoTime().getAsLong();
        if (asking || now - nextQuestionAt < 0) {
            return;
        }
        asking = true;
        Duration interval = ready ? deployment.health().interval() : deployment.readiness().interval();
        Duration deadline = ready ? deployment.health().deadline() : deployment.readiness().deadline();
        nextQuestionAt = now + interval.toNanos();
        Thread.ofVirtual().name("health-" + deployment.id()).start(() -> {
            Answer got = new Answer.None("the question failed");
            try {
                got = probe.get(deployment.listen(), deployment.readiness().healthPath(), deadline);
            } finally {
                answer.set(got);
                answered.run();
            }
        });
    }

    /** The answer that came since the last call, or {@code null}. */
    @Nullable
    Answer takeAnswer() {
        Answer taken = answer.getAndSet(null);
        if (taken != null) {
            asking = false;
        }
        return taken;
    }

    /** Counts an answer of a ready engine. Returns the cause if it has now missed too often, else {@code null}. */
    @Nullable
    Cause counted(Answer taken) {
        misses = taken.isWell() ? 0 : misses + 1;
        if (misses < deployment.health().misses()) {
            return null;
        }
        String last = switch (taken) {
            case Answer.Status(int code) -> "status " + code;
            case Answer.None(String why) -> why;
        };
        return Cause.of(FailureKind.UNRESPONSIVE, misses + " health checks missed in a row; the last: " + last);
    }

    /** Nothing of it is left: forgets the manifest and the socket. */
    void cleared() {
        try {
            take(log.finish());
            if (deployment.listen() instanceof Listen.UnixSocket(java.nio.file.Path path)) {
                SocketFiles.unlink(path);
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "Instance " + deployment.id() + " has ended and left something behind",
                    e);
        }
        manifests.delete(deployment.id());
    }
}
