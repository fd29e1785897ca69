package org.gatehouse.supervisor.fleet;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.gatehouse.supervisor.EngineCommand;
import org.gatehouse.supervisor.Listen;
import org.gatehouse.supervisor.planning.Placement;
import org.gatehouse.supervisor.planning.Plan;

/** Where replicas are kept over the daemon's own restarts. Used by one thread. */
interface Journal {

    /**
     * One replica, as far as it cannot be told from its process.
     *
     * @param id the instance's
     * @param deployment the deployment's name
     * @param slot its number
     * @param fingerprint of the definition that it was started from
     * @param program the name of its engine's program
     * @param model where its model lies
     * @param key what its history is kept by
     * @param plan the plan that it was started by
     * @param placement its place
     * @param socket where it listens; empty for a port
     * @param port where it listens; 0 for a socket
     * @param sleepLevel how deep it was told to sleep; 0 if it was not
     * @param argv what its process was started with
     * @param environment likewise; may hold secrets
     * @param workingDirectory likewise
     */
    record Entry(String id, String deployment, int slot, String fingerprint, String program, String model,
            EngineHistory.Key key, Plan.Fits plan, Placement placement, String socket, int port, int sleepLevel,
            List<String> argv, Map<String, String> environment, String workingDirectory) {

        static Entry of(Replica replica, EngineCommand command) {
            String socket = replica.listen instanceof Listen.UnixSocket(Path path) ? path.toString() : "";
            int port = replica.listen instanceof Listen.LoopbackPort(int number) ? number : 0;
            return new Entry(replica.id, replica.spec.name(), replica.slot, replica.fingerprint, replica.program.name(),
                    replica.model.toString(), replica.key, replica.plan, replica.placement, socket, port,
                    replica.phase == ReplicaPhase.ASLEEP || replica.phase == ReplicaPhase.FALLING_ASLEEP
                            || replica.phase == ReplicaPhase.WAKING ? replica.sleepLevel : 0,
                    command.argv(), command.environment(), command.workingDirectory().toString());
        }

        EngineCommand command() {
            return new EngineCommand(argv, environment, Path.of(workingDirectory));
        }

        Listen listen() {
            return socket.isEmpty() ? new Listen.LoopbackPort(port) : new Listen.UnixSocket(Path.of(socket));
        }
    }

    /** All entries. */
    record Content(List<Entry> entries) {}

    /** What the earlier daemon kept; nothing if that cannot be read. */
    List<Entry> read();

    /** Keeps these instead of all others. */
    void write(List<Entry> entries);

    /** Keeps nothing. */
    static Journal none() {
        return new Journal() {
            @Override
            public List<Entry> read() {
                return List.of();
            }

            @Override
            public void write(List<Entry> entries) {
                // There is no next daemon.
            }
        };
    }

    /** Kept in this file. */
    static Journal in(Path file) {
        return new Journal() {
            private static final System.Logger LOG = System.getLogger(Journal.class.getName());

            @Override
            public List<Entry> read() {
                try {
                    return JsonFiles.read(file, Content.class, new Content(List.of())).entries();
                } catch (IOException | RuntimeException damaged) {
                    LOG.log(System.Logger.Level.WARNING,
                            "The fleet's journal " + file + " cannot be read; engines that run are started anew",
                            damaged);
                    return List.of();
                }
            }

            @Override
            public void write(List<Entry> entries) {
                try {
                    JsonFiles.write(file, new Content(entries));
                } catch (IOException e) {
                    LOG.log(System.Logger.Level.WARNING, "The fleet's journal " + file
                            + " cannot be written; free space on its disk, or engines are started anew after a restart",
                            e);
                }
            }
        };
    }
}
