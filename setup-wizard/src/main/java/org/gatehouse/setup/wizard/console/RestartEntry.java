package org.gatehouse.setup.wizard.console;

import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;

import org.gatehouse.setup.wizard.box.BoxClient;
import org.gatehouse.setup.wizard.box.Problem;
import org.gatehouse.setup.wizard.box.Reply;
import org.gatehouse.setup.wizard.terminal.Dialogs;
import org.gatehouse.setup.wizard.terminal.Dialogs.Heading;

/** Starts the gateway again; what becomes of engines is said by the box's settings (engines.on-stop). */
record RestartEntry() implements MenuEntry {
    private static final Heading HEADING = new Heading("Restart the gateway", "");

    @Override
    public String title() {
        return HEADING.title();
    }

    @Override
    public void open(Dialogs dialogs, BoxClient box) {
        if (dialogs.choose(HEADING,
                List.of("Calls that are running may end first; local models of an appliance go on meanwhile."),
                List.of("Leave it as it is", "Restart it"), 0) != 1) {
            return;
        }
        switch (dialogs.during(HEADING, "Asking for it ...", box::restart)) {
            case Reply.Good<JsonNode> _ -> dialogs.tell(HEADING, List.of("It restarts now."));
            case Reply.Refused<JsonNode>(Problem problem) -> dialogs.tell(HEADING, List.of(problem.detail()));
            case Reply.Away<JsonNode>(String message) -> dialogs.tell(HEADING, List.of(message));
        }
    }
}
