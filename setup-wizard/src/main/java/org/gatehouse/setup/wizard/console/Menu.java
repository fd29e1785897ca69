package org.gatehouse.setup.wizard.console;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;

import org.gatehouse.setup.wizard.box.BoxClient;
import org.gatehouse.setup.wizard.box.Place;
import org.gatehouse.setup.wizard.box.Problem;
import org.gatehouse.setup.wizard.box.Reply;
import org.gatehouse.setup.wizard.question.Question;
import org.gatehouse.setup.wizard.question.Shape;
import org.gatehouse.setup.wizard.terminal.Dialogs;
import org.gatehouse.setup.wizard.terminal.Dialogs.Heading;
import org.gatehouse.setup.wizard.terminal.Form;

/**
 * What an administrator can do at the box itself, after signing in with the password that the box keeps for emergencies: a company's sign-on
 * may be what is out of reach. The session ends with the menu. One use, one thread.
 */
final class Menu {
    /** In the order in which they are offered. */
    static final List<MenuEntry> ENTRIES = List.of(new PartsEntry(),
            new StepEntry("Name, time and network", "machine"), new StepEntry("Certificate", "certificate"),
            new RestartEntry(), PowerEntry.RESTART, PowerEntry.OFF, PowerEntry.RESET);

    private static final String TITLE = "Gatehouse menu";
    private static final Heading SIGN_IN = new Heading(TITLE, "sign in");
    private static final List<Question> WHO = List.of(
            new Question.Text("name", "Name", "Of an administrator with a password of the box's own.", true, null,
                    Shape.LINE, "admin", null),
            new Question.Secret("password", "Password", "It is not shown.", true, null, Shape.LINE, ""),
            new Question.Secret("code", "One-time code", "The six digits that the authenticator app shows now.", false,
                    null, Shape.LINE, ""));

    private final Dialogs dialogs;
    private final Place place;
    private final List<MenuEntry> entries;

    Menu(Dialogs dialogs, Place place, List<MenuEntry> entries) {
        this.dialogs = dialogs;
        this.place = place;
        this.entries = entries;
    }

    /** Signs somebody in and serves them until they have had enough. */
    void open(URI server) {
        try (BoxClient box = new BoxClient(server)) {
            place.fingerprint().ifPresent(box::pin);
            if (!isPossible(box) || !isSignedIn(box)) {
                return;
            }
            try {
                serve(box);
            } finally {
                box.signOut();
            }
        }
    }

    private boolean isPossible(BoxClient box) {
        if (dialogs.during(SIGN_IN, "Asking who may ...",
                box::signInOptions) instanceof Reply.Good<JsonNode>(JsonNode options)
                && !options.path("breakGlass").asBoolean()) {
            dialogs.tell(SIGN_IN, List.of("Nobody has a password of the box's own, so nobody can sign in here. Give one"
                    + " to an administrator in the web console, under People."));
            return false;
        }
        return true;
    }

    private boolean isSignedIn(BoxClient box) {
        Form form = Form.empty(WHO);
        while (dialogs.fill(SIGN_IN,
                List.of("For an administrator with a password of the box's own. Each attempt stands in"
                        + " the trail."),
                form, "Sign in")) {
            JsonNode who = form.answer();
            switch (dialogs.during(SIGN_IN, "Signing in ...", () -> box.signIn(who.path("name").asText(),
                    who.path("password").asText(), who.path("code").asText("")))) {
                case Reply.Good<String> _ -> {
                    return true;
                }
                case Reply.Refused<String>(Problem problem) -> form.complain("password", problem.detail());
                case Reply.Away<String>(String message) -> form.complain("password", message);
            }
        }
        return false;
    }

    private void serve(BoxClient box) {
        boolean appliance = dialogs.during(new Heading(TITLE, ""), "Asking the box ...",
                box::machine) instanceof Reply.Good<JsonNode>(JsonNode machine)
                && machine.path("appliance").asBoolean();
        List<MenuEntry> offered = entries.stream().filter(entry -> appliance || !entry.isForAppliances()).toList();
        List<String> options = new ArrayList<>(offered.stream().map(MenuEntry::title).toList());
        options.add("Sign out");
        int chosen = 0;
        while (true) {
            chosen = dialogs.choose(new Heading(TITLE, ""), List.of(), options, Math.max(chosen, 0));
            if (chosen == Dialogs.OUT || chosen == offered.size()) {
                return;
            }
            offered.get(chosen).open(dialogs, box);
        }
    }
}
