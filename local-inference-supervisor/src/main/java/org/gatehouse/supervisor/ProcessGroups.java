package org.gatehouse.supervisor;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.gatehouse.supervisor.Signals.Signal;
import org.gatehouse.supervisor.engines.Diagnosis;

/** Engines as children of the daemon in sessions of their own. They live on when the daemon ends, as children of init. */
final class ProcessGroups implements Backend {
    private final Host host;

    ProcessGroups(Host host) {
        this.host = host;
    }

    @Override
    public String unit(String id, long generation) {
        return "";
    }

    @Override
    public boolean ownSession() {
        return host.setsid() != null;
    }

    @Override
    public EngineProcess start(Order order) throws IOException {
        EngineCommand command = order.deployment().command();
        List<String> argv = new ArrayList<>();
        Path setsid = host.setsid();
        if (setsid != null) {
            // A child that Java starts leads no group, so setsid(1) does not fork: the pid stays ours to wait for.
            argv.add(setsid.toString());
        }
        argv.addAll(command.argv());
        ProcessBuilder builder = new ProcessBuilder(argv).directory(command.workingDirectory().toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null"))).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(order.log().toFile()));
        builder.environment().clear();
        builder.environment().putAll(order.environment());
        return new EngineProcess.Child(builder.start());
    }

    @Override
    public Ender ender(Family family, String unit) {
        return new Ender() {
            @Override
            public void askRoot() {
                // Whoever is its child now is known by name afterwards, wherever the root's end sends it.
                family.look();
                host.signals().toProcess(family.root(), Signal.TERM);
            }

            @Override
            public void askRest(Set<Long> living) {
                family.signal(host.signals(), living, Signal.TERM);
            }

            @Override
            public void kill(Set<Long> living) {
                family.signal(host.signals(), living, Signal.KILL);
            }
        };
    }

    @Override
    public int exitCode(String unit) {
        return Diagnosis.EXIT_UNKNOWN; // Only the daemon that started it was told.
    }

    @Override
    public void cleared(String id, String unit) {
        // Nothing was kept.
    }
}
