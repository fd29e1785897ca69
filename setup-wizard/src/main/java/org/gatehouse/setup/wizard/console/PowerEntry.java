package org.gatehouse.setup.wizard.console;

import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;

import org.gatehouse.setup.wizard.box.BoxClient;
import org.gatehouse.setup.wizard.box.Problem;
import org.gatehouse.setup.wizard.box.Reply;
import org.gatehouse.setup.wizard.question.Question;
import org.gatehouse.setup.wizard.question.Shape;
import org.gatehouse.setup.wizard.terminal.Dialogs;
import org.gatehouse.setup.wizard.terminal.Dialogs.Heading;
import org.gatehouse.setup.wizard.terminal.Form;

/**
 * What ends everything that runs on the machine, or everything that is on it: done when the box's name was typed. Only where the operating
 * system is the appliance's.
 *
 * @param wish the last part of its path in the API
 * @param about what it means
 * @param done what is said when it was asked for
 */
record PowerEntry(String title, String wish, String about, String done) implements MenuEntry {
    static final PowerEntry RESTART = new PowerEntry("Restart the machine", "restart",
            "All calls and local models end. The box is back in a few minutes.", "It restarts now.");
    static final PowerEntry OFF = new PowerEntry("Switch the machine off", "off",
            "All calls and local models end. Somebody has to switch the box on again, at its power button.",
            "It switches itself off now.");
    static final PowerEntry RESET = new PowerEntry("Factory reset", "reset",
            "EVERYTHING ON THIS BOX IS OVERWRITTEN: settings, keys, people, records, models. Nothing brings it back."
                    + " The box starts again as it was shipped.",
            "It restarts now and overwrites everything. Leave it switched on until it shows a claim code.");

    @Override
    public boolean isForAppliances() {
        return true;
    }

    @Override
    public void open(Dialogs dialogs, BoxClient box) {
        Heading heading = new Heading(title, "");
        switch (dialogs.during(heading, "Asking the box ...", box::machine)) {
            case Reply.Good<JsonNode>(JsonNode machine) -> ask(dialogs, heading, box, machine.path("name").asText());
            case Reply.Refused<JsonNode>(Problem problem) -> dialogs.tell(heading, List.of(problem.detail()));
            case Reply.Away<JsonNode>(String message) -> dialogs.tell(heading, List.of(message));
        }
    }

    private void ask(Dialogs dialogs, Heading heading, BoxClient box, String name) {
        Form form = Form.empty(List.of(new Question.Text("name", "Type " + name,
                "The name of this box, to say that you mean this one. Esc leaves everything as it is.", true, null,
                Shape.LINE, "", null)));
        while (dialogs.fill(heading, List.of(about), form, title)) {
            if (!form.answer().path("name").asText().equals(name)) {
                form.complain("name", "This box is called " + name + ".");
                continue;
            }
            dialogs.tell(heading, List.of(switch (dialogs.during(heading, "Asking for it ...",
                    () -> box.power(wish, name))) {
                case Reply.Good<JsonNode> _ -> done;
                case Reply.Refused<JsonNode>(Problem problem) -> problem.detail();
                case Reply.Away<JsonNode>(String message) -> message;
            }));
            return;
        }
    }
}
