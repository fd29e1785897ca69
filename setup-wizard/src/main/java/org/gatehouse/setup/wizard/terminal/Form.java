package org.gatehouse.setup.wizard.terminal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.setup.wizard.question.Question;
import org.gatehouse.setup.wizard.question.Question.Option;
import org.gatehouse.setup.wizard.question.Shape;
import org.gatehouse.setup.wizard.question.ShapeCheck;

/** Questions with entries: fills itself from an earlier answer, says which questions are asked now, and becomes an answer. One thread. */
public final class Form {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final List<Option> YES_NO = List.of(new Option("true", "yes"), new Option("false", "no"));

    private final List<Question> questions;
    private final Map<String, Field> fields = new LinkedHashMap<>();
    /** What only files can say and was said before: kept as it is. */
    private final Map<String, JsonNode> kept = new LinkedHashMap<>();

    /**
     * A form.
     *
     * @param begin what it begins with: an answer given before, or guesses; a missing node for nothing
     */
    Form(List<Question> questions, JsonNode begin) {
        this.questions = questions;
        fill("", questions, begin);
    }

    /** Questions that nobody has answered yet. */
    public static Form empty(List<Question> questions) {
        return new Form(questions, MissingNode.getInstance());
    }

    /**
     * A place in the form, as it is shown.
     *
     * @param depth how many groups it is in
     * @param field null for the heading of a group
     */
    record Row(String path, int depth, Question question, @Nullable Field field) {}

    private void fill(String path, List<Question> asked, JsonNode begin) {
        for (Question question : asked) {
            String at = path + question.field();
            JsonNode value = begin.path(question.field());
            switch (question) {
                case Question.Text text ->
                    fields.put(at, new Field.Line(text, false, value.asText(text.usual() == null ? "" : text.usual())));
                case Question.Secret secret -> fields.put(at, new Field.Line(secret, true, value.asText("")));
                case Question.Choice choice -> fields.put(at, new Field.Pick(choice, choice.options(),
                        value.asText(choice.usual() == null ? "" : choice.usual())));
                case Question.YesNo yesNo ->
                    fields.put(at, new Field.Pick(yesNo, YES_NO, value.asText(String.valueOf(yesNo.usual()))));
                case Question.TextList list -> {
                    List<String> texts = new ArrayList<>();
                    value.forEach(text -> texts.add(text.asText()));
                    fields.put(at, new Field.Line(list, false, String.join(", ", texts)));
                }
                case Question.Group group -> fill(at + ".", group.questions(), value);
                case Question.Several several -> {
                    Field.Things things = new Field.Things(several);
                    value.forEach(one -> things.things().add(new Form(several.each(), one)));
                    fields.put(at, things);
                }
                case Question.Anything _ -> {
                    if (!value.isMissingNode() && !value.isNull()) {
                        kept.put(at, value);
                    }
                }
            }
        }
    }

    /** What is asked now, from top to bottom. */
    List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        rows("", questions, 0, rows);
        return rows;
    }

    private void rows(String path, List<Question> asked, int depth, List<Row> rows) {
        for (Question question : asked) {
            if (isAsked(path, question)) {
                String at = path + question.field();
                if (question instanceof Question.Group group) {
                    rows.add(new Row(at, depth, group, null));
                    rows(at + ".", group.questions(), depth + 1, rows);
                } else if (!(question instanceof Question.Anything)) {
                    rows.add(new Row(at, depth, question, fields.get(at)));
                }
            }
        }
    }

    private boolean isAsked(String path, Question question) {
        Question.When when = question.when();
        return when == null || fields.get(path + when.field()) instanceof Field.Pick pick
                && when.values().contains(pick.value());
    }

    /** The entry of the first question, which names the whole. */
    String name() {
        return fields.get(questions.getFirst().field()) instanceof Field.Line line && !line.isEmpty()
                ? line.text()
                : "(no name)";
    }

    /** Sets an entry of a text that is empty: a guess. */
    void suggest(String path, String text) {
        if (fields.get(path) instanceof Field.Line line && line.isEmpty()) {
            line.set(text);
        }
    }

    /** Says what the box found wrong; gives whether there is such a field here. */
    public boolean complain(String path, String message) {
        String plain = path.replaceAll("[.\\[](\\d+)\\]?.*$", "");
        Field field = fields.get(plain);
        if (field != null) {
            field.complain((plain.equals(path) ? "" : path.substring(plain.length()).replaceFirst("^\\.", "") + " ")
                    + message);
        }
        return field != null;
    }

    /** Looks at every entry that is asked for; true where all are complete, else those that are not say so. */
    boolean isComplete() {
        boolean complete = true;
        for (Row row : rows()) {
            Field field = row.field();
            if (field != null) {
                field.complain(complaint(row, field));
                complete &= field.complaint() == null;
            }
        }
        return complete;
    }

    private @Nullable String complaint(Row row, Field field) {
        if (field instanceof Field.Things things && !things.things().stream().allMatch(Form::isComplete)) {
            return "One of them is not complete; Enter opens the list.";
        }
        if (!(field instanceof Field.Pick) && field.isEmpty()) {
            return row.question().needed() && isWanted(row.path()) ? "Please fill this in." : null;
        }
        if (field instanceof Field.Line line) {
            Shape shape = shape(line.question());
            String text = line.text();
            String complaint = shape == Shape.FILE ? FileContent.complaint(text) : ShapeCheck.complaint(shape, text);
            return complaint == null
                    ? null
                    : complaint.substring(0, 1).toUpperCase(Locale.ROOT) + complaint.substring(1);
        }
        return null;
    }

    private static Shape shape(Question question) {
        return switch (question) {
            case Question.Text text -> text.shape();
            case Question.Secret secret -> secret.shape();
            case Question.Choice _,Question.YesNo _,Question.TextList _,Question.Group _,Question.Several _,Question.Anything _ ->
                Shape.LINE;
        };
    }

    /** Whether what it is in is answered at all: groups that are not needed are left out as a whole. */
    private boolean isWanted(String path) {
        List<Question> asked = questions;
        String at = "";
        for (String part : path.split("\\.")) {
            at = at.isEmpty() ? part : at + "." + part;
            for (Question question : asked) {
                if (question.field().equals(part) && question instanceof Question.Group group) {
                    if (!group.needed() && isBlank(at + ".", group.questions())) {
                        return false;
                    }
                    asked = group.questions();
                    break;
                }
            }
        }
        return true;
    }

    private boolean isBlank(String path, List<Question> asked) {
        return asked.stream().allMatch(question -> switch (question) {
            case Question.Group group -> isBlank(path + group.field() + ".", group.questions());
            case Question.Text text -> !(fields.get(path + text.field()) instanceof Field.Line line)
                    || line.isEmpty() || line.text().equals(text.usual());
            case Question.Secret _,Question.TextList _,Question.Several _ ->
                !(fields.get(path + question.field()) instanceof Field field) || field.isEmpty();
            case Question.Choice _,Question.YesNo _ -> true;
            case Question.Anything _ -> !kept.containsKey(path + question.field());
        });
    }

    /** The entries as the box understands them. Only for a form that is complete. */
    public ObjectNode answer() {
        ObjectNode answer = JSON.objectNode();
        answer("", questions, answer);
        return answer;
    }

    private void answer(String path, List<Question> asked, ObjectNode into) {
        for (Question question : asked) {
            String at = path + question.field();
            if (!isAsked(path, question)) {
                continue;
            }
            switch (question) {
                case Question.Group group -> {
                    if (group.needed() || !isBlank(at + ".", group.questions())) {
                        answer(at + ".", group.questions(), into.putObject(group.field()));
                    }
                }
                case Question.Anything _ -> {
                    if (kept.get(at) instanceof JsonNode value) {
                        into.set(question.field(), value);
                    }
                }
                case Question.Text _,Question.Secret _,Question.Choice _,Question.YesNo _,Question.TextList _,Question.Several _ -> {
                    JsonNode value = value(fields.get(at));
                    if (value != null) {
                        into.set(question.field(), value);
                    }
                }
            }
        }
    }

    private static @Nullable JsonNode value(@Nullable Field field) {
        return switch (field) {
            case null -> null;
            case Field.Pick pick -> pick.question() instanceof Question.YesNo
                    ? JSON.booleanNode(Boolean.parseBoolean(pick.value()))
                    : JSON.textNode(pick.value());
            case Field.Things things -> {
                ArrayNode all = JSON.arrayNode();
                things.things().forEach(thing -> all.add(thing.answer()));
                yield things.isEmpty() ? null : all;
            }
            case Field.Line line when line.isEmpty() -> null;
            case Field.Line line when line.question() instanceof Question.TextList -> {
                ArrayNode all = JSON.arrayNode();
                for (String text : line.text().split(",")) {
                    if (!text.isBlank()) {
                        all.add(text.strip());
                    }
                }
                yield all;
            }
            case Field.Line line -> switch (shape(line.question())) {
                case WHOLE -> JSON.numberNode(Long.parseLong(line.text().strip()));
                case FILE -> JSON.textNode(FileContent.of(line.text()));
                case MONEY -> JSON.textNode(line.text().strip());
                case LINE ->
                    JSON.textNode(line.question() instanceof Question.Secret ? line.text() : line.text().strip());
            };
        };
    }
}
