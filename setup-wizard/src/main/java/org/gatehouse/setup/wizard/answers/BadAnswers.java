package org.gatehouse.setup.wizard.answers;

/**
 * What is wrong with an answers file.
 *
 * @param line    1 and more; 0 where it is about no line
 * @param field   the path of the field, such as {@code steps.machine.network.mode}; may be empty
 * @param message what is wrong and what to do
 */
record BadAnswers(int line, String field, String message) {
    /** As {@code FILE:LINE: FIELD: MESSAGE}, which editors understand. */
    String in(String file) {
        return file + (line > 0 ? ":" + line : "") + ": " + (field.isEmpty() ? "" : field + ": ") + message;
    }
}
