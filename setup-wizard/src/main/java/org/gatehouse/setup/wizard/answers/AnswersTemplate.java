package org.gatehouse.setup.wizard.answers;

import java.util.List;
import java.util.stream.Collectors;

import org.gatehouse.setup.wizard.question.Question;
import org.gatehouse.setup.wizard.question.Shape;
import org.gatehouse.setup.wizard.question.Step;
import org.gatehouse.setup.wizard.question.Steps;

/** Prints an answers file to start from: every step and field with its meaning, what may be left out behind a {@code #}. One use. */
public final class AnswersTemplate {
    private final StringBuilder text = new StringBuilder();

    private AnswersTemplate() {}

    /** The file. */
    public static String text() {
        AnswersTemplate template = new AnswersTemplate();
        template.text
                .append("""
                        # Answers for: gatehouse setup --answers FILE        (first try: --dry-run, which changes nothing)
                        # Fields behind a # without a space may be left out. A step that is left out is skipped; to say why, write
                        #   sign-on: {skip: "we have no identity provider yet"}
                        # Instead of any text: {fromEnv: NAME} or {fromFile: PATH}. Keep passwords and keys out of this file that way.
                        """)
                .append("apiVersion: ").append(AnswersReader.VERSION).append("\nsteps:\n");
        Steps.all().forEach(template::step);
        return template.text.toString();
    }

    private void step(Step step) {
        text.append("\n  # ").append(step.title()).append(". ").append(step.purpose()).append("\n  ")
                .append(step.name()).append(":\n");
        questions(step.questions(), "    ", false);
    }

    private void questions(List<Question> questions, String indent, boolean out) {
        for (Question question : questions) {
            // A step in which nothing is needed would be empty without its first field.
            boolean written = isWritten(question, questions)
                    || question == questions.getFirst() && questions.stream().noneMatch(Question::needed);
            question(question, indent, out || !written);
        }
    }

    /** Whether a field is there in the example, as opposed to behind a {@code #}. */
    private static boolean isWritten(Question question, List<Question> beside) {
        Question.When when = question.when();
        return question.needed() && (when == null || beside.stream()
                .anyMatch(other -> other instanceof Question.Choice choice
                        && choice.field().equals(when.field()) && choice.usual() != null
                        && when.values().contains(choice.usual())));
    }

    private void question(Question question, String indent, boolean out) {
        String dash = out ? "#" : "";
        if (!(question instanceof Question.Anything anything && anything.example().isEmpty())) {
            text.append(indent).append("# ").append(question.help()).append(condition(question)).append('\n');
        }
        switch (question) {
            case Question.Text field -> line(indent, dash, question,
                    field.shape() == Shape.FILE ? "{fromFile: " + field.example() + "}" : quoted(field));
            case Question.Secret field -> line(indent, dash, question,
                    field.shape() == Shape.FILE
                            ? "{fromFile: " + field.example() + "}"
                            : "{fromEnv: " + field.example() + "}");
            case Question.Choice field -> line(indent, dash, question,
                    (field.usual() == null ? field.options().getFirst().value() : field.usual()) + "    # "
                            + field.options().stream().map(option -> option.value() + " (" + option.meaning() + ")")
                                    .collect(Collectors.joining(", ")));
            case Question.YesNo field -> line(indent, dash, question, String.valueOf(field.usual()));
            case Question.TextList field -> line(indent, dash, question, "[" + field.example() + "]");
            case Question.Group group -> {
                line(indent, dash, question, "");
                questions(group.questions(), indent + "  ", out);
            }
            case Question.Several several -> {
                line(indent, dash, question, "");
                int begin = text.length();
                questions(several.each(), indent + "    ", out);
                // The first field of the first item stands behind its dash.
                int field = text.indexOf(indent + "    " + dash + several.each().getFirst().field(), begin);
                text.replace(field, field + indent.length() + 4 + dash.length(), indent + dash + "  - ");
            }
            case Question.Anything field -> {
                if (!field.example().isEmpty()) {
                    line(indent, dash, question, field.example());
                }
            }
        }
    }

    private void line(String indent, String dash, Question question, String value) {
        text.append(indent).append(dash).append(question.field()).append(':').append(value.isEmpty() ? "" : " ")
                .append(value).append('\n');
    }

    private static String condition(Question question) {
        Question.When when = question.when();
        return when == null ? "" : " (with " + when.field() + ": " + String.join(" or ", when.values()) + ")";
    }

    private static String quoted(Question.Text field) {
        return field.shape() == Shape.LINE || field.shape() == Shape.MONEY
                ? "\"" + field.example() + "\""
                : field.example();
    }
}
