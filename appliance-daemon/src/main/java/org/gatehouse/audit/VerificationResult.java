package org.gatehouse.audit;

import java.util.UUID;

/** What a verification found. */
public sealed interface VerificationResult {

    /**
     * Nothing is wrong in what was looked at.
     *
     * @param nodes how many nodes' trails were walked
     * @param records how many records
     * @param checkpoints how many signatures among them
     */
    record Intact(int nodes, long records, long checkpoints) implements VerificationResult {}

    /**
     * Something was changed, removed, added or reordered.
     *
     * @param node in whose trail
     * @param sequence the number of the first record that is not as it was written, or is missing
     * @param reason what is wrong with it
     */
    record Broken(UUID node, long sequence, String reason) implements VerificationResult {

        /** One line that says it all. */
        public String message() {
            return "record " + sequence + " of node " + node + ": " + reason;
        }
    }
}
