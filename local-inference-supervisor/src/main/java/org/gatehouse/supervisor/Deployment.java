package org.gatehouse.supervisor;

import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Pattern;

import org.gatehouse.supervisor.planning.EngineKind;

/**
 * One engine that shall run, and how. Immutable; two equal deployments are the same wish.
 *
 * @param id names the instance, its manifest and its log: 1 to 63 of {@code a-z 0-9 -}, a letter or digit first
 * @param publicName the model name that callers use and that the engine serves
 * @param engine which engine's log, endpoints and metrics to expect
 * @param command the engine program
 * @param listen where the engine will answer; the command must say the same
 * @param lifetime whether it ends with the daemon
 * @param readiness when a start has succeeded
 * @param trial what it must show besides good health
 * @param health how it is watched then
 * @param hang how a hang is told from a rest
 * @param restart what follows a crash
 * @param stop how it ends
 * @param confinement what it may touch
 */
public record Deployment(String id, String publicName, EngineKind engine, EngineCommand command, Listen listen,
        Lifetime lifetime, Readiness readiness, Trial trial, HealthWatch health, HangWatch hang, RestartPolicy restart,
        StopPolicy stop, Confinement confinement) {
    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    /** Checks the id. */
    public Deployment {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException(
                    "a deployment's id is 1 to 63 of a-z, 0-9 and -, with a letter or digit first; not: " + id);
        }
        Objects.requireNonNull(publicName, "publicName");
        Objects.requireNonNull(engine, "engine");
        Objects.requireNonNull(command, "command");
        Objects.requireNonNull(listen, "listen");
        Objects.requireNonNull(lifetime, "lifetime");
        Objects.requireNonNull(readiness, "readiness");
        Objects.requireNonNull(trial, "trial");
        Objects.requireNonNull(health, "health");
        Objects.requireNonNull(hang, "hang");
        Objects.requireNonNull(restart, "restart");
        Objects.requireNonNull(stop, "stop");
        Objects.requireNonNull(confinement, "confinement");
    }

    /** A deployment of vLLM with the defaults for everything that can have one: it ends with the daemon. */
    public static Deployment of(String id, String publicName, EngineCommand command, Listen listen) {
        return new Deployment(id, publicName, EngineKind.VLLM, command, listen, Lifetime.WITH_DAEMON, Readiness.DEFAULT,
                Trial.DEFAULT, HealthWatch.DEFAULT, HangWatch.DEFAULT, RestartPolicy.DEFAULT, StopPolicy.DEFAULT,
                Confinement.NONE);
    }

    /** The same of another kind of engine. */
    public Deployment with(EngineKind other) {
        return with(draft -> draft.engine = other);
    }

    /** The same with another command. */
    public Deployment with(EngineCommand other) {
        return with(draft -> draft.command = other);
    }

    /** The same with another lifetime. */
    public Deployment with(Lifetime other) {
        return with(draft -> draft.lifetime = other);
    }

    /** The same with another readiness. */
    public Deployment with(Readiness other) {
        return with(draft -> draft.readiness = other);
    }

    /** The same with another trial. */
    public Deployment with(Trial other) {
        return with(draft -> draft.trial = other);
    }

    /** The same with another health watch. */
    public Deployment with(HealthWatch other) {
        return with(draft -> draft.health = other);
    }

    /** The same with another hang watch. */
    public Deployment with(HangWatch other) {
        return with(draft -> draft.hang = other);
    }

    /** The same with another restart policy. */
    public Deployment with(RestartPolicy other) {
        return with(draft -> draft.restart = other);
    }

    /** The same with another stop policy. */
    public Deployment with(StopPolicy other) {
        return with(draft -> draft.stop = other);
    }

    /** The same confined otherwise. */
    public Deployment with(Confinement other) {
        return with(draft -> draft.confinement = other);
    }

    private Deployment with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return new Deployment(id, publicName, draft.engine, draft.command, listen, draft.lifetime, draft.readiness,
                draft.trial, draft.health, draft.hang, draft.restart, draft.stop, draft.confinement);
    }

    /** The components that can be changed, while one is. */
    private static final class Draft {
        private EngineKind engine;
        private EngineCommand command;
        private Lifetime lifetime;
        private Readiness readiness;
        private Trial trial;
        private HealthWatch health;
        private HangWatch hang;
        private RestartPolicy restart;
        private StopPolicy stop;
        private Confinement confinement;

        Draft(Deployment origin) {
            engine = origin.engine;
            command = origin.command;
            lifetime = origin.lifetime;
            readiness = origin.readiness;
            trial = origin.trial;
            health = origin.health;
            hang = origin.hang;
            restart = origin.restart;
            stop = origin.stop;
            confinement = origin.confinement;
        }
    }
}
