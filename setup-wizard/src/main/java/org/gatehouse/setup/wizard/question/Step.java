package org.gatehouse.setup.wizard.question;

import java.util.List;

/**
 * One step of set-up: what it is for and what it asks.
 *
 * @param name    as the set-up API has it
 * @param title   for people
 * @param purpose one or two sentences
 */
public record Step(String name, String title, String purpose, List<Question> questions) {
    /** Copies the questions. */
    public Step {
        questions = List.copyOf(questions);
    }
}
