package org.gatehouse.setup.wizard.answers;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import org.gatehouse.setup.wizard.answers.Answers.StepAnswer;
import org.gatehouse.setup.wizard.box.Check;
import org.gatehouse.setup.wizard.box.Entrance.Entered;
import org.gatehouse.setup.wizard.box.Problem;
import org.gatehouse.setup.wizard.box.Reply;
import org.gatehouse.setup.wizard.box.SetupClient;
import org.gatehouse.setup.wizard.box.SetupView;
import org.gatehouse.setup.wizard.box.StepView;

/**
 * Gives a box all answers of a file, one step after the other, and ends its set-up. Stops at the first step that is not accepted: what was
 * accepted before stays, and the next run finds it unchanged. One use.
 */
final class Unattended {
    private final Answers answers;
    private final String file;
    private final SetupClient box;
    private final SetupView before;
    private final Entered.Inside inside;
    private final PrintWriter out;
    private final PrintWriter err;
    private final LongSupplier nanoTime;
    private final @Nullable KeyFile keyFile;
    private int changed;

    Unattended(Answers answers, String file, Entered.Inside inside, PrintWriter out, PrintWriter err,
            LongSupplier nanoTime, @Nullable Path keyOut) {
        this.answers = answers;
        this.file = file;
        this.box = inside.client();
        this.before = inside.view();
        this.inside = inside;
        this.out = out;
        this.err = err;
        this.nanoTime = nanoTime;
        this.keyFile = keyOut == null ? null : new KeyFile(keyOut);
    }

    /** Does it for good. */
    Exit run() {
        String complaint = keyFile == null ? null : keyFile.complaint();
        if (complaint != null) {
            err.println(complaint);
            return Exit.BAD_ANSWERS;
        }
        try {
            for (StepAnswer answer : answers.steps()) {
                Exit end = switch (answer) {
                    case StepAnswer.Given given -> answer(given);
                    case StepAnswer.Skipped(var step, String reason) -> skip(step.name(), reason);
                };
                if (end != Exit.DONE) {
                    return end;
                }
            }
            return finish();
        } finally {
            tidy();
        }
    }

    private void tidy() {
        try {
            if (keyFile != null) {
                keyFile.tidy();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Exit answer(StepAnswer.Given given) {
        long begun = nanoTime.getAsLong();
        String name = given.step().name();
        return switch (box.answer(name, given.answer(), null)) {
            case Reply.Good<StepView>(StepView step) when !step.isSettled() -> {
                results(step);
                err.println(file + ":" + given.line() + ": steps." + name + ": the box still waits for "
                        + step.result().path("awaiting").asText("something").replace('_', ' ')
                        + "; add it to the answers and run this again, or give it in the wizard.");
                yield Exit.CHECK_FAILED;
            }
            case Reply.Good<StepView>(StepView step) -> {
                changed += step.isUnchanged() ? 0 : 1;
                out.println(line(name, step.isUnchanged() ? "unchanged" : "done") + " "
                        + Duration.ofNanos(nanoTime.getAsLong() - begun).toMillis() + " ms");
                yield results(step);
            }
            case Reply.Refused<StepView>(Problem problem) -> refused(given, problem);
            case Reply.Away<StepView>(String message) -> away(message);
        };
    }

    /** What a step made that somebody needs: shown this once, or to be carried elsewhere. */
    private Exit results(StepView step) {
        String csr = step.result().path("csrPem").asText("");
        if (!csr.isEmpty()) {
            out.println("  Have this request signed, then add the chain as certificatePem:");
            csr.lines().forEach(out::println);
        }
        if (step.result().path("restartNeeded").asBoolean()) {
            out.println("  The box shows the new certificate after its next start.");
        }
        String key = step.secrets().path("key").asText("");
        if (key.isEmpty()) {
            return Exit.DONE;
        }
        if (keyFile == null) {
            out.println("  key " + key + " (shown this once)");
            return Exit.DONE;
        }
        try {
            keyFile.keep(key);
            out.println("  key written to " + keyFile.file());
            return Exit.DONE;
        } catch (IOException e) {
            err.println("The key could not be written to " + keyFile.file() + ": " + e.getMessage()
                    + ". Revoke it in the console and make another.");
            return Exit.FAILED;
        }
    }

    private Exit skip(String name, String reason) {
        StepView stands = before.steps().stream().filter(step -> step.name().equals(name)).findFirst().orElse(null);
        if (stands != null && stands.isDone()) {
            out.println(line(name, "left") + " it was done before, and stays");
            return Exit.DONE;
        }
        if (stands == null) {
            return Exit.DONE;
        }
        if ("skipped".equals(stands.status()) && reason.equals(stands.reason())) {
            out.println(line(name, "unchanged") + " skipped: " + reason);
            return Exit.DONE;
        }
        return switch (box.skip(name, reason)) {
            case Reply.Good<StepView> _ -> {
                changed++;
                out.println(line(name, "skipped") + " " + reason);
                yield Exit.DONE;
            }
            case Reply.Refused<StepView>(Problem problem) -> {
                err.println("steps." + name + ": " + problem.detail());
                yield exit(problem);
            }
            case Reply.Away<StepView>(String message) -> away(message);
        };
    }

    private Exit finish() {
        if (!before.isFinished()) {
            switch (box.finish()) {
                case Reply.Good<SetupView> _ -> changed++;
                case Reply.Refused<SetupView>(Problem problem) -> {
                    err.println("Set-up is not finished: " + problem.detail());
                    return exit(problem);
                }
                case Reply.Away<SetupView>(String message) -> {
                    return away(message);
                }
            }
            inside.done();
        }
        out.println(changed == 0 ? "Set-up is finished; nothing changed." : "Set-up is finished.");
        return Exit.DONE;
    }

    /** Tries everything and changes nothing. */
    Exit dryRun() {
        boolean well = true;
        for (StepAnswer answer : answers.steps()) {
            switch (answer) {
                case StepAnswer.Skipped(var step, String reason) ->
                    out.println(line(step.name(), "skip") + " " + reason);
                case StepAnswer.Given given -> {
                    Exit end = dryRun(given);
                    if (end != Exit.DONE && end != Exit.CHECK_FAILED) {
                        return end;
                    }
                    well &= end == Exit.DONE;
                }
            }
        }
        out.println(well
                ? "All answers would be accepted; nothing was changed."
                : "Not all answers would be accepted; nothing was changed.");
        return well ? Exit.DONE : Exit.CHECK_FAILED;
    }

    private Exit dryRun(StepAnswer.Given given) {
        if (Ahead.refersToWhatIsNotThereYet(given, answers, before)) {
            out.println(line(given.step().name(), "later")
                    + " refers to what the steps above make, and is tried when that is there");
            return Exit.DONE;
        }
        return switch (box.check(given.step().name(), given.answer())) {
            case Reply.Good<List<Check>>(var checks) -> {
                checks.forEach(check -> print(given.step().name(), check));
                if (checks.isEmpty()) {
                    out.println(line(given.step().name(), "ok") + " nothing to try");
                }
                yield checks.stream().allMatch(Check::ok) ? Exit.DONE : Exit.CHECK_FAILED;
            }
            case Reply.Refused<List<Check>>(Problem problem) -> refused(given, problem);
            case Reply.Away<List<Check>>(String message) -> away(message);
        };
    }

    private void print(String step, Check check) {
        out.println(line(step, check.ok() ? "ok" : "FAILED") + " " + check.name() + ": " + check.message() + " ("
                + check.millis() + " ms)");
    }

    private Exit refused(StepAnswer.Given given, Problem problem) {
        String name = given.step().name();
        problem.checks().forEach(check -> print(name, check));
        for (Problem.Field field : problem.fields()) {
            err.println(new BadAnswers(given.lineOf(field.path()), given.path(field.path()), field.message() + ".")
                    .in(file));
        }
        if (problem.fields().isEmpty()) {
            err.println(file + ":" + given.line() + ": steps." + name + ": " + problem.detail());
        }
        if (!problem.checks().isEmpty()) {
            err.println("Mend what failed (" + problem.checks().stream().filter(check -> !check.ok()).map(Check::name)
                    .collect(Collectors.joining(", ")) + ") and run this again; what was accepted before stays.");
        }
        return exit(problem);
    }

    private static Exit exit(Problem problem) {
        return switch (problem.status()) {
            case 400 -> Exit.BAD_ANSWERS;
            case 401, 403 -> Exit.NOT_CLAIMED;
            case 404, 409, 412, 422 -> Exit.CHECK_FAILED;
            default -> Exit.FAILED;
        };
    }

    private Exit away(String message) {
        err.println(message);
        return Exit.NOT_REACHABLE;
    }

    private static String line(String step, String what) {
        return String.format("%-14s %-9s", step, what);
    }
}
