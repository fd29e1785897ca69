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
    private static final List<String> KEY_VARIABLES = List.of("VLLM_API_KEY", "LLAMA_API_KEY");

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

    /** The bearer key that the engine will ask its callers for, as it was told; {@code ""} for none. Secret. */
    String key() {
        for (String name : KEY_VARIABLES) {
            String key = environment.get(name);
            if (key != null) {
                return key;
            }
        }
        int flag = argv.indexOf("--api-key");
        return flag >= 0 && flag + 1 < argv.size() ? argv.get(flag + 1) : "";
    }

    /** Names the program only: arguments and environment may hold secrets. */
    @Override
    public String toString() {
        return "EngineCommand[" + program() + " with " + (argv.size() - 1) + " arguments]";
    }
}
