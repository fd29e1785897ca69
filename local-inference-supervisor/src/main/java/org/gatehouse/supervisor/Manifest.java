package org.gatehouse.supervisor;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What must outlive the daemon about one engine process, so that the next daemon finds it again. Immutable.
 *
 * @param id the instance
 * @param generation which of its processes
 * @param marker what the engine carries in its environment
 * @param bootId the machine's run in which it was started
 * @param wishHash fingerprint of the command that was wished, before any remedy changed it
 * @param listen where it answers, as {@link Listen} writes itself
 * @param socket the Unix socket that it may leave behind, or an empty path
 * @param unit the systemd unit that holds it, or {@code ""} for a process group
 * @param lifetime whether the next daemon may adopt it
 * @param grace from SIGTERM to SIGKILL, if nobody adopts it
 * @param logStart where its output begins in its log file, in bytes
 * @param root its root process; 0 while it is being started
 * @param ownSession whether it was given its own session, named by the root's pid
 * @param members everybody seen
 */
record Manifest(String id, long generation, String marker, String bootId, String wishHash, String listen, Path socket,
        String unit, Lifetime lifetime, Duration grace, long logStart, long root, boolean ownSession,
        List<Member> members) {

    Manifest {
        members = List.copyOf(members);
    }

    /** The same with the processes that are known now. */
    Manifest with(long rootPid, List<Member> seen) {
        return new Manifest(id, generation, marker, bootId, wishHash, listen, socket, unit, lifetime, grace, logStart,
                rootPid, ownSession, seen);
    }

    /** Whether this deployment wishes for just this process. */
    boolean isOf(Deployment deployment) {
        return lifetime == Lifetime.OUTLIVES_DAEMON && deployment.lifetime() == Lifetime.OUTLIVES_DAEMON
                && wishHash.equals(Hashes.of(deployment.command())) && listen.equals(deployment.listen().toString());
    }
}
