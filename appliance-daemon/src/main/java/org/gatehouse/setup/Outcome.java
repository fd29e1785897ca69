package org.gatehouse.setup;

import java.util.List;

import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.governance.Refusal;

/** What came of an answer to a step. */
sealed interface Outcome {

    /**
     * It is accepted and in force.
     *
     * @param answer without secrets
     * @param secrets shown this once; empty for none
     */
    record Done(ObjectNode answer, ObjectNode result, ObjectNode secrets) implements Outcome {

        /** Leaves the secrets out. */
        @Override
        public String toString() {
            return "Done[]";
        }
    }

    /**
     * Something is missing before it can be accepted; the step stays open.
     *
     * @param pending a secret to keep until then
     */
    record Awaiting(ObjectNode answer, ObjectNode result, ObjectNode secrets, String pending) implements Outcome {

        /** Leaves the secrets out. */
        @Override
        public String toString() {
            return "Awaiting[]";
        }
    }

    /** It was tried, and it is no good. Nothing was changed. */
    record Failed(List<Check> checks) implements Outcome {

        /** Copies the list. */
        public Failed {
            checks = List.copyOf(checks);
        }
    }

    /** It contradicts what is there. Nothing was changed. */
    record Refused(Refusal refusal) implements Outcome {}
}
