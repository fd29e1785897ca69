package org.gatehouse.supervisor.fleet;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

import org.gatehouse.supervisor.HangWatch;
import org.gatehouse.supervisor.Lifetime;
import org.gatehouse.supervisor.RestartPolicy;
import org.gatehouse.supervisor.planning.EngineKind;

/**
 * What a fleet works with. Immutable.
 *
 * @param stateDirectory its own: histories, and a directory for each instance's caches
 * @param socketDirectory where engines make their sockets; short, and readable by the daemon alone
 * @param programs the installed engines; of a kind the first is the usual one
 * @param firstPort ports on the loopback address for engines that have no Unix sockets, from this one on
 * @param ports how many of those
 * @param restart what follows a crash
 * @param reclaim how long a stopped engine's GPU memory may take to come back
 * @param slackBytes GPU memory in use that nobody needs to explain: what a driver keeps for itself
 * @param sleeperBytes GPU memory that a sleeping engine still holds, on each of its GPUs
 * @param hostBytesForSleepers memory of the box that weights of sleeping engines may take together
 * @param queue callers that may wait for one model at once
 * @param hang how hung engines are told from idle ones, and how often they are asked how busy they are
 * @param lifetime whether engines end with the daemon
 * @param worsening how many times the earlier latency a changed deployment may have before it is rolled back
 */
public record FleetSettings(Path stateDirectory, Path socketDirectory, List<EngineProgram> programs, int firstPort,
        int ports, RestartPolicy restart, Duration reclaim, long slackBytes, long sleeperBytes,
        long hostBytesForSleepers, int queue, HangWatch hang, Lifetime lifetime, double worsening) {
    private static final long MIB = 1L << 20;

    /** Copies the list and makes the paths absolute. */
    public FleetSettings {
        stateDirectory = stateDirectory.toAbsolutePath().normalize();
        socketDirectory = socketDirectory.toAbsolutePath().normalize();
        programs = List.copyOf(programs);
        Objects.requireNonNull(restart, "restart");
        Objects.requireNonNull(reclaim, "reclaim");
        Objects.requireNonNull(hang, "hang");
        Objects.requireNonNull(lifetime, "lifetime");
        if (queue < 0 || ports < 0 || slackBytes < 0 || sleeperBytes < 0 || hostBytesForSleepers < 0
                || !(worsening >= 1)) {
            throw new IllegalArgumentException("a bound of the fleet is out of range");
        }
    }

    /** The defaults: 64 ports from 21000, 15 s to reclaim, 512 MiB of slack, 1.5 GiB a sleeper, 256 callers, engines that outlive the daemon, 1.5. */
    public static FleetSettings in(Path stateDirectory, Path socketDirectory, List<EngineProgram> programs,
            long hostBytesForSleepers) {
        return new FleetSettings(stateDirectory, socketDirectory, programs, 21_000, 64, RestartPolicy.DEFAULT,
                Duration.ofSeconds(15), 512 * MIB, 1536 * MIB, hostBytesForSleepers, 256, HangWatch.DEFAULT,
                Lifetime.OUTLIVES_DAEMON, 1.5);
    }

    /** The program of this kind and name; the first of the kind for an empty name. */
    Optional<EngineProgram> program(EngineKind kind, String name) {
        return programs.stream().filter(program -> program.kind() == kind)
                .filter(program -> name.isEmpty() || program.name().equals(name)).findFirst();
    }
}
