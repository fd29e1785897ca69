package org.gatehouse.supervisor;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * How an engine program is called. Immutable. No shell is involved: each element of {@code argv} arrives as it is.
 *
 * @param argv the program (a path, or a name looked up in {@code PATH}) and its arguments; never empty
 * @param environment variables set on top of the few that an engine inherits (see {@link EngineEnvironment}); may hold
 *        secrets, so it is never logged
 * @param workingDirectory an existing directory
 */
public record EngineCommand(List<String> argv, Map<String, String> environment, Path workingDirectory) {

    /** Copies the collections and checks that there is a program. */
    public EngineCommand {
        argv = List.copyOf(argv);
        environment = Map.copyOf(environment);
        Objects.requireNonNull(workingDirectory, "workingDirectory");
        if (argv.isEmpty() || argv.getFirst().isBlank()) {
            throw new IllegalArgumentException("argv must start with a program");
        }
    }

    /** The program's path or name. */
    public String program() {
        return argv.getFirst();
    }

    /** Names the program only: arguments and environment may hold secrets. */
    @Override
    public String toString() {
        return "EngineCommand[" + program() + " with " + (argv.size() - 1) + " arguments]";
    }
}
