package org.gatehouse.supervisor.engines;

import java.util.List;

/** What came of checking extra arguments. */
public sealed interface ArgumentCheck {

    /**
     * They may be given.
     *
     * @param arguments one element for each flag and each value
     */
    record Accepted(List<String> arguments) implements ArgumentCheck {
        /** Copies the list. */
        public Accepted {
            arguments = List.copyOf(arguments);
        }
    }

    /**
     * They may not.
     *
     * @param problem the first problem found
     */
    record Refused(ArgumentProblem problem) implements ArgumentCheck {}
}
