package org.gatehouse.setup.wizard.terminal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.setup.wizard.box.Check;
import org.gatehouse.setup.wizard.box.Problem;
import org.gatehouse.setup.wizard.box.Reply;
import org.gatehouse.setup.wizard.box.SetupClient;
import org.gatehouse.setup.wizard.box.StepView;
import org.gatehouse.setup.wizard.question.Question;
import org.gatehouse.setup.wizard.question.Shape;
import org.gatehouse.setup.wizard.question.Step;
import org.gatehouse.setup.wizard.terminal.Dialogs.Heading;

/**
 * One step with a person: its form, what trying the answer came to, what it made. Entries that are not accepted yet stay until the wizard is
 * left. One thread.
 */
public final class StepDialog {
    private static final List<Question> REASON = List.of(new Question.Text("reason", "Reason",
            "Others read it later.", true, null, Shape.LINE, "no identity provider yet", null));
    private static final List<Question> ONE_TIME_CODE = List.of(new Question.Text("code", "Code",
            "The six digits that the app shows now.", true, null, Shape.LINE, "123456", null));

    private final Dialogs dialogs;
    private final SetupClient box;
    private final Map<String, Form> forms = new HashMap<>();
    private String why = "";

    /** For the steps of one box. */
    public StepDialog(Dialogs dialogs, SetupClient box) {
        this.dialogs = dialogs;
        this.box = box;
    }

    /** Where to from a step. */
    public enum To {
        NEXT, BACK, OVERVIEW, LEAVE,
        /** The claim is over; {@link StepDialog#why} says why. */
        LOST
    }

    /** Why the claim is over. */
    public String why() {
        return why;
    }

    /** Goes through a step; blocks until somebody wants elsewhere. */
    public To run(Step step, int number, int of) {
        Heading heading = new Heading(step.title(), "step " + number + " of " + of);
        while (true) {
            StepView view;
            switch (dialogs.during(heading, "Asking the box what it knows ...", () -> box.step(step.name()))) {
                case Reply.Good<StepView>(StepView now) -> view = now;
                case Reply.Refused<StepView>(Problem problem) -> {
                    return refused(heading, problem);
                }
                case Reply.Away<StepView>(String message) -> {
                    dialogs.tell(heading, List.of(message));
                    return To.OVERVIEW;
                }
            }
            To to = answer(heading, step, view);
            if (to != null) {
                return to;
            }
        }
    }

    /** Asks until the answer is accepted or somebody wants elsewhere; null to begin anew with what the box has now. */
    private @Nullable To answer(Heading heading, Step step, StepView view) {
        Form form = forms.computeIfAbsent(step.name(), _ -> begun(step, view));
        List<String> about = new ArrayList<>(List.of(step.purpose()));
        about.addAll(Words.found(view.found()));
        if (view.isSettled()) {
            about.add("This step is " + view.status() + (view.reason().isEmpty() ? "." : ": " + view.reason() + ".")
                    + " Secrets are asked for again.");
        }
        while (true) {
            if (!dialogs.fill(heading, about, form, "Check and go on")) {
                To to = menu(heading, step, view);
                if (to != null) {
                    return to;
                }
                continue;
            }
            ObjectNode answer = form.answer();
            switch (dialogs.during(heading, "Trying it ...", () -> box.check(step.name(), answer))) {
                case Reply.Good<List<Check>>(List<Check> checks) -> {
                    if (accepted(heading, checks)) {
                        Given given = give(heading, step, view, form, answer);
                        if (given.over) {
                            return given.to;
                        }
                    }
                }
                case Reply.Refused<List<Check>>(Problem problem) -> {
                    if (!complained(form, problem)) {
                        To to = refused(heading, problem);
                        if (to == To.LOST) {
                            return to;
                        }
                    }
                }
                case Reply.Away<List<Check>>(String message) -> dialogs.tell(heading, List.of(message));
            }
        }
    }

    /** What was answered before, or what the box found by the same name. */
    private static Form begun(Step step, StepView view) {
        boolean isNew = view.answer().isMissingNode() || view.answer().isNull();
        Form form = new Form(step.questions(), isNew ? view.found() : view.answer());
        if (isNew) {
            form.suggest("name", view.found().path("hostname").asText(""));
        }
        return form;
    }

    /** Shows the checks; whether the answer is to be given. */
    private boolean accepted(Heading heading, List<Check> checks) {
        List<String> lines = Words.checks(checks);
        return checks.stream().allMatch(Check::ok)
                ? dialogs.choose(heading, lines, List.of("Accept and go on", "Change something"), 0) == 0
                : failed(heading, lines);
    }

    private boolean failed(Heading heading, List<String> lines) {
        dialogs.choose(heading, lines, List.of("Change something"), 0);
        return false;
    }

    /** What came of giving an answer: whether this round is over, and where to; null for the step anew. */
    private record Given(boolean over, @Nullable To to) {
        static final Given STAY = new Given(false, null);
    }

    private Given give(Heading heading, Step step, StepView view, Form form, ObjectNode answer) {
        return switch (dialogs.during(heading, "Bringing it into force ...",
                () -> box.answer(step.name(), answer, view.version()))) {
            case Reply.Good<StepView>(StepView now) -> {
                List<String> made = Words.made(now);
                if ("one_time_code".equals(now.result().path("awaiting").asText())) {
                    yield prove(heading, step, answer, made);
                }
                if (!now.isSettled()) {
                    made.add("The step stays open until the box has: "
                            + Words.name(now.result().path("awaiting").asText("")) + ". Come back with it.");
                }
                if (!made.isEmpty()) {
                    dialogs.tell(heading, made);
                }
                forms.remove(step.name());
                yield new Given(true, To.NEXT);
            }
            case Reply.Refused<StepView>(Problem problem) when problem.status() == 412 -> {
                dialogs.tell(heading, List.of(problem.detail(), "What the box has now is shown next."));
                forms.remove(step.name());
                yield new Given(true, null);
            }
            case Reply.Refused<StepView>(Problem problem) -> {
                if (!problem.checks().isEmpty()) {
                    failed(heading, Words.checks(problem.checks()));
                    yield Given.STAY;
                }
                yield complained(form, problem) || refused(heading, problem) != To.LOST
                        ? Given.STAY
                        : new Given(true, To.LOST);
            }
            case Reply.Away<StepView>(String message) -> {
                dialogs.tell(heading, List.of(message));
                yield Given.STAY;
            }
        };
    }

    /** A code of the new secret proves that an authenticator app has it. */
    private Given prove(Heading heading, Step step, ObjectNode answer, List<String> made) {
        List<String> about = new ArrayList<>(List.of("Put this secret into an authenticator app now:"));
        about.addAll(made);
        Form code = Form.empty(ONE_TIME_CODE);
        while (dialogs.fill(heading, about, code, "Prove it")) {
            ObjectNode proof = answer.deepCopy().put("oneTimeCode", code.answer().path("code").asText());
            Reply<StepView> reply = dialogs.during(heading, "Looking at the code ...",
                    () -> box.answer(step.name(), proof, null));
            if (reply instanceof Reply.Good<StepView>(StepView now) && now.isSettled()) {
                forms.remove(step.name());
                return new Given(true, To.NEXT);
            }
            String complaint = switch (reply) {
                case Reply.Good<StepView> _ -> "That was not it. Wait for the next code and type that.";
                case Reply.Refused<StepView>(Problem problem) -> problem.checks().stream().filter(check -> !check.ok())
                        .map(Check::message).findFirst().orElse(problem.detail());
                case Reply.Away<StepView>(String message) -> message;
            };
            code.complain("code", complaint);
        }
        return Given.STAY;
    }

    /** Puts what the box found wrong beside the fields; false where it is about none of them. */
    private static boolean complained(Form form, Problem problem) {
        boolean any = false;
        for (Problem.Field field : problem.fields()) {
            any |= form.complain(field.path(), "It " + field.message() + ".");
        }
        return any;
    }

    private To refused(Heading heading, Problem problem) {
        if (problem.isAboutTheClaim()) {
            why = problem.detail();
            return To.LOST;
        }
        dialogs.tell(heading, List.of(problem.detail()));
        return To.OVERVIEW;
    }

    private @Nullable To menu(Heading heading, Step step, StepView view) {
        int chosen = dialogs.choose(heading, List.of(), List.of("Go on with this step", "Back to the step before",
                "Skip this step, with a reason", "Overview of all steps", "Leave, and go on later"), 0);
        return switch (chosen) {
            case 1 -> To.BACK;
            case 2 -> skip(heading, step, view);
            case 3 -> To.OVERVIEW;
            case 4 -> To.LEAVE;
            default -> null;
        };
    }

    private @Nullable To skip(Heading heading, Step step, StepView view) {
        Form form = Form.empty(REASON);
        form.suggest("reason", view.reason());
        if (!dialogs.fill(heading, List.of("Why is this step left out? It can be done at any time later."), form,
                "Skip")) {
            return null;
        }
        String reason = form.answer().path("reason").asText();
        return switch (dialogs.during(heading, "Skipping ...", () -> box.skip(step.name(), reason))) {
            case Reply.Good<StepView> _ -> To.NEXT;
            case Reply.Refused<StepView>(Problem problem) -> refused(heading, problem) == To.LOST ? To.LOST : null;
            case Reply.Away<StepView>(String message) -> {
                dialogs.tell(heading, List.of(message));
                yield null;
            }
        };
    }
}
