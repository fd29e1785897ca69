package org.gatehouse.machine.engines;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.machine.agent.Programs;
import org.gatehouse.machine.agent.Refused;
import org.gatehouse.machine.agent.Verb;
import org.gatehouse.supervisor.EnvironmentFile;

/**
 * What the agent does about engines: it runs what a layer brings, as a unit in a sandbox that is the same for all, and ends those
 * units. None of it waits for what else is changed, and nothing else of the machine can be named. Thread-safe.
 */
public final class EngineVerbs {
    static final String START = "engines.start";
    static final String LOOK = "engines.look";
    static final String END = "engines.end";
    static final String KILL = "engines.kill";
    static final String FORGET = "engines.forget";
    static final String SLICE = "gatehouse-engines.slice";
    private static final Duration LONGEST = Duration.ofSeconds(20);
    /** An engine that was not killed is waited for here. */
    private static final Duration LONGEST_STOP = Duration.ofSeconds(60);

    private final EnginePlaces places;
    private final EngineSandbox sandbox;
    private final Programs programs;

    /** Of the machine below that root. */
    public EngineVerbs(Path root, Programs programs) {
        this.places = EnginePlaces.under(root);
        this.sandbox = new EngineSandbox(places);
        this.programs = programs;
    }

    /**
     * {@code engines.start}: a unit for an engine; returns when it runs. {@code engines.look}: how it stands. {@code engines.end}:
     * asks it to end. {@code engines.kill}: all of its processes. {@code engines.forget}: an ended one.
     */
    public List<Verb> all() {
        return List.of(Verb.apart(START, (asked, _) -> start(EngineWish.read(asked, places))),
                Verb.apart(LOOK, (asked, _) -> look(EngineUnit.read(asked))),
                Verb.apart(END, (asked, _) -> known("stop", "--no-block", EngineUnit.read(asked))),
                Verb.apart(KILL, (asked, _) -> known("kill", "--signal=SIGKILL", EngineUnit.read(asked))),
                Verb.apart(FORGET, (asked, _) -> {
                    forget(EngineUnit.read(asked));
                    return object();
                }));
    }

    private ObjectNode start(EngineWish wish) throws Refused, IOException, InterruptedException {
        Path program = LayerProgram.find(wish.command().getFirst(), places);
        endOthers(wish.unit());
        Path variables = variables(wish);
        try {
            List<String> command = new ArrayList<>(List.of("systemd-run", "--quiet", "--no-ask-password",
                    "--unit=" + wish.unit().name(), "--slice=" + SLICE,
                    "--description=Inference engine " + wish.unit().id(),
                    // Returns when its program runs, or with what hinders it.
                    "--service-type=exec", "--expand-environment=no", "--property=EnvironmentFile=" + variables));
            sandbox.properties(wish).forEach(property -> command.add("--property=" + property));
            command.addAll(List.of("--", places.runner().toString(), places.log(wish.unit().id()).toString(),
                    wish.directory().toString(), program.toString()));
            command.addAll(wish.command().subList(1, wish.command().size()));
            Programs.Ended ended = programs.run(command, LONGEST);
            if (ended.status() != 0) {
                forget(wish.unit());
                throw EngineWish.refused("systemd says: " + ended.lastLine());
            }
        } finally {
            Files.deleteIfExists(variables);
        }
        return object();
    }

    /** An instance has one process at a time. One that the daemon no longer knows of, as after a restored backup, holds its GPU. */
    private void endOthers(EngineUnit unit) throws IOException, InterruptedException {
        String listed = programs.run(List.of("systemctl", "list-units", "--all", "--plain", "--no-legend", "--full",
                "--no-pager", EngineUnit.ALL), LONGEST).output();
        for (String line : listed.lines().toList()) {
            EngineUnit other = EngineUnit.of(line.strip().split("\\s", 2)[0]).orElse(null);
            if (other != null && other.id().equals(unit.id())) {
                programs.run(List.of("systemctl", "kill", "--signal=SIGKILL", other.name()), LONGEST);
                forget(other);
            }
        }
    }

    /** Not on a command line and not in a unit's properties, which everybody on the box can read. */
    private Path variables(EngineWish wish) throws IOException {
        Files.createDirectories(places.variables(),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path file = places.variables().resolve(wish.unit().name());
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, EnvironmentFile.text(wish.variables()), StandardOpenOption.WRITE);
        return file;
    }

    private ObjectNode look(EngineUnit unit) throws IOException, InterruptedException {
        return object().put("shown", programs.run(List.of("systemctl", "show",
                "--property=LoadState,MainPID,ExecMainCode,ExecMainStatus", unit.name()), LONGEST).output());
    }

    private ObjectNode known(String word, String option, EngineUnit unit) throws IOException, InterruptedException {
        return object().put("known",
                programs.run(List.of("systemctl", word, option, unit.name()), LONGEST).status() == 0);
    }

    private void forget(EngineUnit unit) throws IOException, InterruptedException {
        // Waits until systemd has done with it: what is reset sooner fails later, and stays.
        programs.run(List.of("systemctl", "stop", unit.name()), LONGEST_STOP);
        programs.run(List.of("systemctl", "reset-failed", unit.name()), LONGEST);
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
