package org.gatehouse.supervisor;

import java.nio.file.Path;
import java.util.List;

/**
 * What must outlive the daemon about one engine process, so that the next daemon finds it again. Immutable.
 *
 * @param id the instance
 * @param generation which of its processes
 * @param marker what the engine carries in its environment
 * @param bootId the machine's run in which it was started
 * @param argvHash fingerprint of the command that was asked for
 * @param socket the Unix socket that it may leave behind, or an empty path
 * @param root its root process; 0 while it is being started
 * @param ownSession whether it was given its own session, named by the root's pid
 * @param members everybody seen
 */
record Manifest(String id, long generation, String marker, String bootId, String argvHash, Path socket, long root,
        boolean ownSession, List<Member> members) {

    Manifest {
        members = List.copyOf(members);
    }

    /** The same with the processes that are known now. */
    Manifest with(long rootPid, List<Member> seen) {
        return new Manifest(id, generation, marker, bootId, argvHash, socket, rootPid, ownSession, seen);
    }
}
