package org.gatehouse.supervisor;

import java.util.Objects;
import java.util.regex.Pattern;

/**
 * One engine that shall run, and how. Immutable; two equal deployments are the same wish.
 *
 * @param id names the instance, its manifest and its log: 1 to 63 of {@code a-z 0-9 -}, a letter or digit first
 * @param publicName the model name that callers use
 * @param command the engine program
 * @param listen where the engine will answer; the command must say the same
 * @param readiness when a start has succeeded
 * @param health how it is watched then
 * @param restart what follows a crash
 * @param stop how it ends
 */
public record Deployment(String id, String publicName, EngineCommand command, Listen listen, Readiness readiness,
        HealthWatch health, RestartPolicy restart, StopPolicy stop) {
    private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    /** Checks the id. */
    public Deployment {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException(
                    "a deployment's id is 1 to 63 of a-z, 0-9 and -, with a letter or digit first; not: " + id);
        }
        Objects.requireNonNull(publicName, "publicName");
        Objects.requireNonNull(command, "command");
        Objects.requireNonNull(listen, "listen");
        Objects.requireNonNull(readiness, "readiness");
        Objects.requireNonNull(health, "health");
        Objects.requireNonNull(restart, "restart");
        Objects.requireNonNull(stop, "stop");
    }

    /** A deployment with the defaults for everything that can have one. */
    public static Deployment of(String id, String publicName, EngineCommand command, Listen listen) {
        return new Deployment(id, publicName, command, listen, Readiness.DEFAULT, HealthWatch.DEFAULT,
                RestartPolicy.DEFAULT, StopPolicy.DEFAULT);
    }

    /** The same with another readiness. */
    public Deployment with(Readiness other) {
        return new Deployment(id, publicName, command, listen, other, health, restart, stop);
    }

    /** The same with another health watch. */
    public Deployment with(HealthWatch other) {
        return new Deployment(id, publicName, command, listen, readiness, other, restart, stop);
    }

    /** The same with another restart policy. */
    public Deployment with(RestartPolicy other) {
        return new Deployment(id, publicName, command, listen, readiness, health, other, stop);
    }

    /** The same with another stop policy. */
    public Deployment with(StopPolicy other) {
        return new Deployment(id, publicName, command, listen, readiness, health, restart, other);
    }
}
