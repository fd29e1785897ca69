package org.gatehouse.setup.wizard.terminal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import org.gatehouse.setup.wizard.box.Entrance;
import org.gatehouse.setup.wizard.box.Entrance.Entered;
import org.gatehouse.setup.wizard.box.Problem;
import org.gatehouse.setup.wizard.box.Reply;
import org.gatehouse.setup.wizard.box.SetupView;
import org.gatehouse.setup.wizard.box.StepView;
import org.gatehouse.setup.wizard.box.Way;
import org.gatehouse.setup.wizard.question.Question;
import org.gatehouse.setup.wizard.question.Shape;
import org.gatehouse.setup.wizard.question.Step;
import org.gatehouse.setup.wizard.question.Steps;
import org.gatehouse.setup.wizard.terminal.Dialogs.Heading;

/** The whole way with a person at a terminal: in, through the steps in any order, out. One use, one thread. */
public final class Wizard {
    private static final String TITLE = "Gatehouse set-up";
    private static final List<Question> CODE = List.of(new Question.Text("code", "Claim code",
            "As the box's console shows it.", true, null, Shape.LINE, "ABCD-EFGH", null));

    private final Dialogs dialogs;
    private Way way;

    /** On a console, with whatever this caller has to get into the box. */
    public Wizard(Console console, Way way, LongSupplier nanoTime) {
        this.dialogs = new Dialogs(console, nanoTime);
        this.way = way;
    }

    /** How it ended. */
    public enum End {
        /** Set-up is finished. */
        FINISHED("Set-up is finished.", 0),
        /** Somebody will go on later. */
        LATER("Left for later: 'gatehouse setup' goes on where it was.", 0),
        /** The line was cut. */
        CUT("The terminal is gone; 'gatehouse setup' goes on where it was.", 1),
        /** There is no box to talk to. */
        AWAY("The box could not be reached.", 4),
        /** The box is somebody else's. */
        NOT_CLAIMED("The box is not claimed by this terminal.", 5);

        private final String words;
        private final int status;

        End(String words, int status) {
            this.words = words;
            this.status = status;
        }

        /** For the line that stays on the terminal. */
        public String words() {
            return words;
        }

        /** Exit status of a program that ends with it. */
        public int status() {
            return status;
        }
    }

    /** Goes the way; blocks until it has ended. */
    public End run() {
        try {
            while (true) {
                End end = switch (dialogs.during(new Heading(TITLE, ""), "Looking for the box ...",
                        () -> Entrance.enter(way))) {
                    case Entered.Inside inside -> inside(inside);
                    case Entered.NeedsCode(String message) -> code(message);
                    case Entered.Taken(String message) -> taken(message);
                    case Entered.Finished(String message) -> {
                        dialogs.tell(new Heading(TITLE, ""), List.of(message));
                        yield End.FINISHED;
                    }
                    case Entered.Away(String message) ->
                        dialogs.choose(new Heading(TITLE, ""), List.of(message), List.of("Try again", "Leave"), 0) == 0
                                ? null
                                : End.AWAY;
                };
                if (end != null) {
                    return end;
                }
            }
        } catch (Dialogs.LineCut _) {
            return End.CUT;
        }
    }

    private @Nullable End code(String message) {
        Form form = Form.empty(CODE);
        if (!dialogs.fill(new Heading(TITLE, "claim"), List.of(message), form, "Claim the box")) {
            return End.NOT_CLAIMED;
        }
        way = way.withCode(form.answer().path("code").asText());
        return null;
    }

    private @Nullable End taken(String message) {
        List<String> options = new ArrayList<>(List.of("Look again", "Take over: whoever has it now loses it"));
        if (way.isHere()) {
            options.add("Show a code to go on with in a browser");
        }
        options.add("Leave");
        int chosen = dialogs.choose(new Heading(TITLE, "claim"), List.of(message), options, 0);
        if (chosen == 2 && way.isHere()) {
            showCode();
            return null;
        }
        if (chosen == 1) {
            way = way.takingOver();
        }
        return chosen == 0 || chosen == 1 ? null : End.NOT_CLAIMED;
    }

    /** For somebody whose browser has lost the set-up, such as by a new address of the box. */
    private void showCode() {
        Heading heading = new Heading(TITLE, "claim");
        dialogs.tell(heading, switch (dialogs.during(heading, "Asking the box ...", () -> Entrance.freshCode(way))) {
            case Reply.Good<String>(String code) -> List.of("Claim code: " + code, "",
                    "Type it into the browser's set-up page within 15 minutes. It works once; whoever uses it has the"
                            + " set-up from then on.");
            case Reply.Refused<String>(Problem problem) -> List.of(problem.detail());
            case Reply.Away<String>(String said) -> List.of(said);
        });
    }

    /** Through the steps; null to go in again by another way. */
    private @Nullable End inside(Entered.Inside inside) {
        try (var box = inside.client()) {
            way = way.withCode("");
            StepDialog steps = new StepDialog(dialogs, box);
            List<String> about = new ArrayList<>();
            SetupView view = inside.view();
            about.add("This box: " + box.server() + ", Gatehouse " + view.version()
                    + (view.isSimulated() ? " (changes of the machine are only written down here)" : ""));
            if (!view.fingerprint().isEmpty()) {
                about.add("Certificate, SHA-256: " + view.fingerprint());
            }
            int at = firstOpen(view);
            while (true) {
                int chosen = overview(view, about, at);
                if (chosen == Dialogs.OUT || chosen == Steps.all().size() + 1) {
                    return view.isFinished() ? End.FINISHED : End.LATER;
                }
                if (chosen == Steps.all().size()) {
                    End end = finish(inside);
                    if (end != null) {
                        return end;
                    }
                } else {
                    End end = walk(steps, chosen);
                    if (end != null) {
                        return end == End.NOT_CLAIMED ? lost(steps.why()) : end;
                    }
                }
                switch (box.view()) {
                    case Reply.Good<SetupView>(SetupView now) when !now.steps().isEmpty() -> view = now;
                    case Reply.Good<SetupView> _ -> {
                        return lost("The box does not know this terminal any more.");
                    }
                    case Reply.Refused<SetupView>(Problem problem) -> {
                        return lost(problem.detail());
                    }
                    case Reply.Away<SetupView>(String message) -> {
                        dialogs.tell(new Heading(TITLE, ""), List.of(message));
                        return null;
                    }
                }
                at = firstOpen(view);
            }
        }
    }

    /** From one step on to the next as long as nobody wants out; null for the overview. */
    private @Nullable End walk(StepDialog steps, int begin) {
        int at = begin;
        while (at >= 0 && at < Steps.all().size()) {
            Step step = Steps.all().get(at);
            switch (steps.run(step, at + 1, Steps.all().size())) {
                case NEXT -> at++;
                case BACK -> at--;
                case OVERVIEW -> {
                    return null;
                }
                case LEAVE -> {
                    return End.LATER;
                }
                case LOST -> {
                    return End.NOT_CLAIMED;
                }
            }
        }
        return null;
    }

    private @Nullable End lost(String message) {
        return dialogs.choose(new Heading(TITLE, "claim"), List.of(message), List.of("Get in again", "Leave"), 1) == 0
                ? null
                : End.NOT_CLAIMED;
    }

    private int overview(SetupView view, List<String> about, int at) {
        List<String> options = new ArrayList<>();
        for (Step step : Steps.all()) {
            StepView stands = view.steps().stream().filter(one -> one.name().equals(step.name())).findFirst()
                    .orElse(null);
            String status = stands == null ? "not on this box" : stands.status();
            options.add(Cells.fill(step.title(), 28) + status
                    + (stands != null && !stands.reason().isEmpty() ? ": " + stands.reason() : ""));
        }
        options.add(view.isFinished() ? "Set-up is finished" : "Finish set-up");
        options.add("Leave, and go on later");
        return dialogs.choose(new Heading(TITLE, "overview"), about, options, at);
    }

    /** The first step that is open; the end where none is. */
    private static int firstOpen(SetupView view) {
        for (int i = 0; i < Steps.all().size(); i++) {
            String name = Steps.all().get(i).name();
            if (view.steps().stream().anyMatch(step -> step.name().equals(name) && !step.isSettled())) {
                return i;
            }
        }
        return Steps.all().size();
    }

    private @Nullable End finish(Entered.Inside inside) {
        Heading heading = new Heading(TITLE, "finish");
        return switch (dialogs.during(heading, "Finishing ...", inside.client()::finish)) {
            case Reply.Good<SetupView> _ -> {
                inside.done();
                dialogs.tell(heading, List.of("Set-up is finished. The console is at " + inside.client().server()
                        + "/console/", "Log in there as the administrator, or with the company account."));
                yield End.FINISHED;
            }
            case Reply.Refused<SetupView>(Problem problem) -> {
                dialogs.tell(heading, List.of(problem.detail()));
                yield null;
            }
            case Reply.Away<SetupView>(String message) -> {
                dialogs.tell(heading, List.of(message));
                yield null;
            }
        };
    }
}
