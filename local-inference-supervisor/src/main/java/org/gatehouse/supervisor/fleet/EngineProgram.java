package org.gatehouse.supervisor.fleet;

import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.gatehouse.supervisor.engines.EngineVersion;
import org.gatehouse.supervisor.planning.EngineKind;

/**
 * An engine that is installed on this box. Never from an admin's request: it names a program to run. Immutable.
 *
 * @param name how deployments call it, such as {@code vllm-0.28}
 * @param kind which engine it is
 * @param command the program and its first arguments; empty for its usual name in {@code PATH}
 * @param version its release, as far as flags depend on it
 * @param added arguments of the daemon's own behind all others, such as a stand-in engine's
 * @param environment variables of the daemon's own; may hold secrets, never logged
 */
public record EngineProgram(String name, EngineKind kind, List<String> command, EngineVersion version,
        List<String> added, Map<String, String> environment) {
    /** Copies the collections. */
    public EngineProgram {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(version, "version");
        command = List.copyOf(command);
        added = List.copyOf(added);
        environment = Map.copyOf(environment);
    }

    /** The program of this kind that {@code PATH} has. */
    public static EngineProgram inPath(EngineKind kind) {
        return new EngineProgram(kind.name().toLowerCase(java.util.Locale.ROOT), kind, List.of(), EngineVersion.UNKNOWN,
                List.of(), Map.of());
    }

    /** Names the program only. */
    @Override
    public String toString() {
        return "EngineProgram[" + name + "]";
    }
}
