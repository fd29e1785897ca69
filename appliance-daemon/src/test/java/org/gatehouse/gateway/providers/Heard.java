package org.gatehouse.gateway.providers;

import java.util.List;

/**
 * What a client made of an answer, in words that all clients share.
 *
 * @param text all visible text
 * @param thoughts as far as they were shown
 * @param calls of tools, in their order
 * @param stop why it ended
 * @param input tokens of the prompt, those from a cache included
 * @param output tokens of the answer, thoughts included
 */
record Heard(String text, String thoughts, List<Call> calls, Stop stop, long input, long output) {

    /** One call of a tool. */
    record Call(String id, String name, String arguments) {}

    /** Why an answer ended. */
    enum Stop {
        END, LENGTH, TOOLS, OTHER
    }
}
