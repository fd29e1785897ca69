package org.gatehouse.setup.wizard.answers;

import com.fasterxml.jackson.databind.JsonNode;

import org.gatehouse.setup.wizard.answers.Answers.StepAnswer;
import org.gatehouse.setup.wizard.box.SetupView;

/** Answers that speak of what other answers of the same file make: a dry run can't try them on the box. */
final class Ahead {
    private Ahead() {}

    /** Whether the first key is for a project that the file itself makes and that the box does not have yet. */
    static boolean refersToWhatIsNotThereYet(StepAnswer.Given given, Answers answers, SetupView view) {
        if (!given.step().name().equals("first-key")) {
            return false;
        }
        boolean isThere = view.steps().stream()
                .anyMatch(step -> step.name().equals("organization") && "done".equals(step.status()));
        return !isThere && makes(answers, given.answer().path("department").asText(),
                given.answer().path("project").asText());
    }

    private static boolean makes(Answers answers, String department, String project) {
        for (StepAnswer answer : answers.steps()) {
            if (answer instanceof StepAnswer.Given given && given.step().name().equals("organization")) {
                for (JsonNode made : given.answer().path("departments")) {
                    if (made.path("name").asText().equals(department)) {
                        for (JsonNode name : made.path("projects")) {
                            if (name.asText().equals(project)) {
                                return true;
                            }
                        }
                    }
                }
            }
        }
        return false;
    }
}
