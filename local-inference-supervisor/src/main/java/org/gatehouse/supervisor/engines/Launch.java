package org.gatehouse.supervisor.engines;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What came of making a command for an engine. */
public sealed interface Launch {

    /**
     * The command. No shell is involved: each argument arrives as it is.
     *
     * @param arguments the program and its arguments
     * @param environment variables to set; may hold a key, never logged
     * @param files to write before the start, by name in the order's state directory
     * @param links symbolic links to make before the start, by name in the directory where the engine is to run
     */
    record Command(List<String> arguments, Map<String, String> environment, Map<String, String> files,
            Map<String, Path> links)
            implements
                Launch {
        /** Copies the collections. */
        public Command {
            arguments = List.copyOf(arguments);
            environment = Map.copyOf(environment);
            files = Map.copyOf(files);
            links = Map.copyOf(links);
        }

        /** The same with arguments behind it that the daemon itself adds, such as a stand-in engine's; never an admin's. */
        public Command plus(List<String> more) {
            List<String> all = new ArrayList<>(arguments);
            all.addAll(more);
            return new Command(all, environment, files, links);
        }

        /** Leaves out what may be secret. */
        @Override
        public String toString() {
            return "Command[" + arguments.getFirst() + " with " + (arguments.size() - 1) + " arguments]";
        }
    }

    /**
     * The order cannot be fulfilled.
     *
     * @param problem why
     */
    record Refused(ArgumentProblem problem) implements Launch {}
}
