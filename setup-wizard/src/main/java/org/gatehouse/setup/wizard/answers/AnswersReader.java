package org.gatehouse.setup.wizard.answers;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.setup.wizard.answers.Located.Mapping;
import org.gatehouse.setup.wizard.answers.Located.Scalar;
import org.gatehouse.setup.wizard.question.Step;
import org.gatehouse.setup.wizard.question.Steps;

/** Turns the text of an answers file into answers, or into everything that is wrong with it. One use. */
final class AnswersReader {
    static final String VERSION = "gatehouse/setup/v1";

    private final List<BadAnswers> wrong = new ArrayList<>();
    private final Values values;

    private AnswersReader(Secrets secrets) {
        this.values = new Values(secrets, wrong);
    }

    /** What reading came to. */
    sealed interface Read {
        /** Every step has its answer. */
        record Good(Answers answers) implements Read {}

        /** At least one thing is wrong. */
        record Bad(List<BadAnswers> wrong) implements Read {}
    }

    static Read read(String text, Secrets secrets) {
        AnswersReader reader = new AnswersReader(secrets);
        try {
            Answers answers = reader.whole(YamlReader.read(text));
            return reader.wrong.isEmpty() ? new Read.Good(answers) : new Read.Bad(List.copyOf(reader.wrong));
        } catch (YamlReader.Unreadable e) {
            return new Read.Bad(List.of(new BadAnswers(e.line(), "", e.getMessage() + ".")));
        }
    }

    private Answers whole(Located file) {
        if (!(file instanceof Mapping(int line, Map<String, Located> members))) {
            wrong(file.line(), "", "an answers file has the members apiVersion and steps, and this is " + file.kind()
                    + ".");
            return new Answers(List.of());
        }
        members.forEach((name, value) -> {
            if (!name.equals("apiVersion") && !name.equals("steps")) {
                wrong(value.line(), name, "there is no such member here; apiVersion and steps are.");
            }
        });
        if (!(members.get("apiVersion") instanceof Scalar version && VERSION.equals(version.text()))) {
            Located said = members.get("apiVersion");
            wrong(said == null ? line : said.line(), "apiVersion", "write apiVersion: " + VERSION + ".");
        }
        return switch (members.get("steps")) {
            case Mapping(int _, Map<String, Located> steps) -> steps(steps);
            case null -> {
                wrong(line, "steps", "it is missing; it holds the answers, by step.");
                yield new Answers(List.of());
            }
            case Located other -> {
                wrong(other.line(), "steps", "it holds the answers by step, and this is " + other.kind() + ".");
                yield new Answers(List.of());
            }
        };
    }

    private Answers steps(Map<String, Located> given) {
        given.forEach((name, value) -> {
            if (Steps.named(name).isEmpty()) {
                wrong(value.line(), "steps." + name, "there is no such step; there are "
                        + Steps.all().stream().map(Step::name).collect(Collectors.joining(", ")) + ".");
            }
        });
        List<Answers.StepAnswer> answers = new ArrayList<>();
        for (Step step : Steps.all()) {
            answers.add(step(step, given.get(step.name())));
        }
        return new Answers(answers);
    }

    private Answers.StepAnswer step(Step step, @Nullable Located given) {
        String path = "steps." + step.name();
        return switch (given) {
            case null -> new Answers.StepAnswer.Skipped(step, Answers.ABSENT);
            case Mapping(int line, Map<String, Located> members) when members.containsKey("skip") ->
                skipped(step, path, line, members);
            case Mapping mapping -> {
                ObjectNode answer = JsonNodeFactory.instance.objectNode();
                values.object(path, step.questions(), mapping, answer);
                yield new Answers.StepAnswer.Given(step, mapping.line(), answer, values.lines());
            }
            case Located other -> {
                wrong(other.line(), path, "a step holds named answers, or skip with a reason, and this is "
                        + other.kind() + ". Leave the step out to skip it.");
                yield new Answers.StepAnswer.Skipped(step, Answers.ABSENT);
            }
        };
    }

    private Answers.StepAnswer skipped(Step step, String path, int line, Map<String, Located> members) {
        if (members.size() > 1) {
            wrong(line, path, "skip stands beside answers; keep one of both.");
        }
        if (members.get("skip") instanceof Scalar(int _, String reason, Located.Type type)
                && type == Located.Type.TEXT && !reason.isBlank()) {
            return new Answers.StepAnswer.Skipped(step, reason.strip());
        }
        wrong(line, path + ".skip", "write why the step is left out, as text.");
        return new Answers.StepAnswer.Skipped(step, Answers.ABSENT);
    }

    private void wrong(int line, String field, String message) {
        wrong.add(new BadAnswers(line, field, message));
    }
}
