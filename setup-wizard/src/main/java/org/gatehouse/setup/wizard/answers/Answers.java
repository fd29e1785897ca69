package org.gatehouse.setup.wizard.answers;

import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.setup.wizard.question.Step;

/**
 * What an answers file says, every step of set-up in order, secrets in place.
 */
record Answers(List<StepAnswer> steps) {
    /** Why a step is skipped that the file does not speak of. */
    static final String ABSENT = "not in the answers file";

    Answers {
        steps = List.copyOf(steps);
    }

    /** What is to become of a step. */
    sealed interface StepAnswer {
        Step step();

        /**
         * It is answered.
         *
         * @param lines where each field stands, by its path from {@code steps} on
         */
        record Given(Step step, int line, ObjectNode answer, Map<String, Integer> lines) implements StepAnswer {
            /** Copies the lines. */
            public Given {
                lines = Map.copyOf(lines);
            }

            /** A field that the box names, as the file has it. */
            String path(String field) {
                return ("steps." + step.name() + "." + field.replaceAll("\\.(\\d+)(?=\\.|$)", "[$1]"))
                        .replaceAll("\\.$", "");
            }

            /** Where such a field stands, or what it would stand in. */
            int lineOf(String field) {
                for (String path = path(field); path.length() > "steps".length(); path = path
                        .substring(0, Math.max(path.lastIndexOf('.'), path.lastIndexOf('[')))) {
                    Integer known = lines.get(path);
                    if (known != null) {
                        return known;
                    }
                }
                return line;
            }

            /** Leaves the answer out: it holds secrets. */
            @Override
            public String toString() {
                return "Given[" + step.name() + "]";
            }
        }

        /** It is left out. */
        record Skipped(Step step, String reason) implements StepAnswer {}
    }
}
