package org.gatehouse.supervisor;

import java.io.IOException;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.Set;

import org.gatehouse.supervisor.Signals.Signal;
import org.gatehouse.supervisor.engines.Diagnosis;

/**
 * Engines as transient services of systemd, one unit for each process, named by instance and generation. They are children of the
 * first process, so a daemon's end or upgrade does not touch them.
 */
final class SystemdUnits implements Backend {
    private static final System.Logger LOG = System.getLogger(SystemdUnits.class.getName());
    private static final Duration BETWEEN_KILLS = Duration.ofSeconds(1);
    private static final int QUESTIONS = 10;
    private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(30);

    private final ServiceManager manager;
    private final Host host;

    SystemdUnits(ServiceManager manager, Host host) {
        this.manager = manager;
        this.host = host;
    }

    @Override
    public String unit(String id, long generation) {
        return "gatehouse-engine-" + id + "-g" + generation + ".service";
    }

    @Override
    public boolean ownSession() {
        return true; // systemd gives each service one.
    }

    @Override
    public EngineProcess start(Order order) throws IOException {
        Deployment deployment = order.deployment();
        String unit = unit(deployment.id(), order.generation());
        manager.start(new ServiceManager.Unit(unit, deployment.id(), deployment.command(), order.environment(),
                order.log(), deployment.listen(), deployment.confinement(), deployment.stop().grace()));
        long pid = UnitEnd.mainPid(manager.show(unit));
        ProcessEntry entry = pid == 0 ? null : host.processes().read(pid);
        // Without an entry it has ended already, and its log says why.
        return new EngineProcess.Found(host.processes(), pid, entry == null ? -1 : entry.startedAt(),
                () -> exitCode(unit));
    }

    @Override
    public Ender ender(Family family, String unit) {
        return new UnitEnder(family, unit);
    }

    @Override
    public int exitCode(String unit) {
        try {
            for (int question = 0; question < QUESTIONS; question++) {
                OptionalInt code = UnitEnd.exitCode(manager.show(unit));
                if (code.isPresent()) {
                    return code.getAsInt();
                }
                Thread.sleep(BETWEEN_QUESTIONS); // The kernel has told us before systemd has read that it was told too.
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "Nobody tells how " + unit + " ended", e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        return Diagnosis.EXIT_UNKNOWN;
    }

    /** A unit that failed is kept by systemd, with its exit code, until it is told to forget it. */
    @Override
    public void cleared(String id, String unit) {
        try {
            manager.forget(unit);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "The ended unit " + unit + " stays in systemd's list", e);
        }
    }

    private interface Asking {
        boolean ask(String unit) throws IOException;
    }

    private final class UnitEnder implements Ender {
        private final Family family;
        private final String unit;
        private long nextKill;
        private boolean killed;

        UnitEnder(Family family, String unit) {
            this.family = family;
            this.unit = unit;
        }

        @Override
        public void askRoot() {
            family.look();
            if (!ask(manager::askToEnd)) {
                host.signals().toProcess(family.root(), Signal.TERM);
            }
        }

        @Override
        public void askRest(Set<Long> living) {
            // systemd ends what outlives a service's main process by itself; a unit that it no longer knows it cannot.
            if (!ask(manager::askToEnd)) {
                family.signal(host.signals(), living, Signal.TERM);
            }
        }

        @Override
        public void kill(Set<Long> living) {
            long now = host.nanoTime().getAsLong();
            if (killed && now - nextKill < 0) {
                return;
            }
            killed = true;
            nextKill = now + BETWEEN_KILLS.toNanos();
            if (!ask(manager::kill)) {
                family.signal(host.signals(), living, Signal.KILL);
            }
        }

        private boolean ask(Asking question) {
            try {
                return question.ask(unit);
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "The service manager cannot be asked to end " + unit
                        + "; its processes are signalled one by one", e);
                return false;
            }
        }
    }
}
