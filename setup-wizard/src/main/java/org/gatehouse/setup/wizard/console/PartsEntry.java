package org.gatehouse.setup.wizard.console;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;

import org.gatehouse.setup.wizard.box.BoxClient;
import org.gatehouse.setup.wizard.box.Problem;
import org.gatehouse.setup.wizard.box.Reply;
import org.gatehouse.setup.wizard.terminal.Dialogs;
import org.gatehouse.setup.wizard.terminal.Dialogs.Heading;

/** Every part of the box, and how it does. */
record PartsEntry() implements MenuEntry {
    private static final Heading HEADING = new Heading("How every part does", "");

    @Override
    public String title() {
        return HEADING.title();
    }

    @Override
    public void open(Dialogs dialogs, BoxClient box) {
        List<String> lines = new ArrayList<>();
        switch (dialogs.during(HEADING, "Asking the box ...", box::status)) {
            case Reply.Good<JsonNode>(JsonNode status) -> {
                lines.add("Gatehouse " + status.path("version").asText() + ", started "
                        + status.path("startedAt").asText());
                status.path("parts").forEach(part -> lines.add((part.path("healthy").asBoolean() ? "ok    " : "FAIL  ")
                        + part.path("name").asText() + ": " + part.path("message").asText()));
            }
            case Reply.Refused<JsonNode>(Problem problem) -> lines.add(problem.detail());
            case Reply.Away<JsonNode>(String message) -> lines.add(message);
        }
        dialogs.tell(HEADING, lines);
    }
}
