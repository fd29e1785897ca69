package org.gatehouse.setup.wizard.answers;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.setup.wizard.answers.Located.Mapping;
import org.gatehouse.setup.wizard.answers.Located.Scalar;
import org.gatehouse.setup.wizard.answers.Located.Sequence;
import org.gatehouse.setup.wizard.answers.Located.Type;
import org.gatehouse.setup.wizard.question.Question;
import org.gatehouse.setup.wizard.question.Shape;
import org.gatehouse.setup.wizard.question.ShapeCheck;

/** Holds values of an answers file against the questions, and makes the answers that the box understands. */
final class Values {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final Secrets secrets;
    private final List<BadAnswers> wrong;
    private final Map<String, Integer> lines = new HashMap<>();

    Values(Secrets secrets, List<BadAnswers> wrong) {
        this.secrets = secrets;
        this.wrong = wrong;
    }

    /** Where each field stood that was read so far. */
    Map<String, Integer> lines() {
        return lines;
    }

    /** Every question of a group: known names only, needed ones there. */
    void object(String path, List<Question> questions, Mapping given, ObjectNode into) {
        Set<String> known = questions.stream().map(Question::field).collect(Collectors.toCollection(HashSet::new));
        given.members().forEach((name, value) -> {
            if (!known.contains(name)) {
                wrong(value.line(), path + "." + name, "there is no such field here; there are "
                        + questions.stream().map(Question::field).collect(Collectors.joining(", ")) + ".");
            }
        });
        for (Question question : questions) {
            Located value = given.members().get(question.field());
            if (value == null || value instanceof Scalar(int _, String _, Type type) && type == Type.NOTHING) {
                absent(path, question, given, into);
                continue;
            }
            JsonNode made = value(path + "." + question.field(), question, value);
            if (made != null) {
                into.set(question.field(), made);
            }
        }
    }

    private void absent(String path, Question question, Mapping given, ObjectNode into) {
        if (!isAsked(question.when(), into)) {
            return;
        }
        String usual = switch (question) {
            case Question.Text text -> text.usual();
            case Question.Choice choice -> choice.usual();
            case Question.YesNo _,Question.Secret _,Question.TextList _,Question.Group _,Question.Several _,Question.Anything _ ->
                null;
        };
        if (question instanceof Question.Group group && group.needed()) {
            // All of it may have its usual values; what has none is said to be missing by its own name.
            object(path + "." + group.field(), group.questions(), new Mapping(given.line(), Map.of()),
                    into.putObject(group.field()));
        } else if (question.needed() && usual == null) {
            wrong(given.line(), path + "." + question.field(), "it is missing. " + question.help());
        } else if (question.needed() && usual != null) {
            into.put(question.field(), usual);
        }
    }

    private static boolean isAsked(Question.@Nullable When when, ObjectNode group) {
        return when == null || when.values().contains(group.path(when.field()).asText());
    }

    private @Nullable JsonNode value(String path, Question question, Located given) {
        lines.put(path, given.line());
        return switch (question) {
            case Question.Text text -> text(path, text.shape(), given);
            case Question.Secret secret -> text(path, secret.shape(), given);
            case Question.Choice choice -> choice(path, choice, given);
            case Question.YesNo _ -> truth(path, given);
            case Question.TextList _ -> texts(path, given);
            case Question.Group group -> group(path, group, given);
            case Question.Several several -> several(path, several, given);
            case Question.Anything _ -> anything(path, given);
        };
    }

    private @Nullable JsonNode text(String path, Shape shape, Located given) {
        String text = plain(path, given);
        if (text == null) {
            return null;
        }
        String complaint = ShapeCheck.complaint(shape, text);
        if (complaint != null) {
            return complain(given, path, complaint);
        }
        return shape == Shape.WHOLE ? JSON.numberNode(Long.parseLong(text.strip())) : JSON.textNode(text);
    }

    /** A text wherever it comes from; null, and a complaint, where it is none. */
    private @Nullable String plain(String path, Located given) {
        return switch (given) {
            case Scalar(int _, String text, Type type) when type == Type.TEXT -> text;
            case Scalar(int _, String text, Type type) when type == Type.NUMBER -> text;
            case Mapping reference when Secrets.isReference(reference) -> switch (secrets.fetch(reference)) {
                case Secrets.Fetched.Text(String text) -> text;
                case Secrets.Fetched.Missing(String message) -> {
                    wrong(given.line(), path, message);
                    yield null;
                }
            };
            case Scalar _,Mapping _,Sequence _ -> {
                wrong(given.line(), path, "it takes text, {fromEnv: NAME} or {fromFile: PATH}, and this is "
                        + given.kind() + (given instanceof Scalar ? "; put it in quotes." : "."));
                yield null;
            }
        };
    }

    private @Nullable JsonNode choice(String path, Question.Choice choice, Located given) {
        String text = plain(path, given);
        if (text == null) {
            return null;
        }
        if (choice.options().stream().noneMatch(option -> option.value().equals(text))) {
            return complain(given, path, "'" + text + "' is none of "
                    + choice.options().stream().map(Question.Option::value).collect(Collectors.joining(", ")) + ".");
        }
        return JSON.textNode(text);
    }

    private @Nullable JsonNode truth(String path, Located given) {
        return given instanceof Scalar(int _, String text, Type type) && type == Type.TRUTH
                ? JSON.booleanNode(Boolean.parseBoolean(text))
                : complain(given, path, "write true or false.");
    }

    private @Nullable JsonNode texts(String path, Located given) {
        if (!(given instanceof Sequence(int _, List<Located> items))) {
            return complain(given, path, "it takes a list, such as [one, two], and this is " + given.kind() + ".");
        }
        ArrayNode made = JSON.arrayNode();
        for (int i = 0; i < items.size(); i++) {
            String text = plain(path + "[" + i + "]", items.get(i));
            if (text != null) {
                made.add(text);
            }
        }
        return made;
    }

    private @Nullable JsonNode group(String path, Question.Group group, Located given) {
        if (!(given instanceof Mapping mapping)) {
            return complain(given, path, "it holds named values, and this is " + given.kind() + ".");
        }
        ObjectNode made = JSON.objectNode();
        object(path, group.questions(), mapping, made);
        return made;
    }

    private @Nullable JsonNode several(String path, Question.Several several, Located given) {
        if (!(given instanceof Sequence(int _, List<Located> items))) {
            return complain(given, path, "it takes a list, one item a line beginning with '-', and this is "
                    + given.kind() + ".");
        }
        ArrayNode made = JSON.arrayNode();
        for (int i = 0; i < items.size(); i++) {
            String at = path + "[" + i + "]";
            lines.put(at, items.get(i).line());
            if (items.get(i) instanceof Mapping mapping) {
                object(at, several.each(), mapping, made.addObject());
            } else {
                wrong(items.get(i).line(), at, "it holds named values, and this is " + items.get(i).kind() + ".");
            }
        }
        return made;
    }

    private @Nullable JsonNode anything(String path, Located given) {
        return switch (given) {
            case Mapping reference when Secrets.isReference(reference) -> {
                String text = plain(path, reference);
                yield text == null ? null : JSON.textNode(text);
            }
            case Mapping(int _, Map<String, Located> members) -> {
                ObjectNode made = JSON.objectNode();
                members.forEach((name, value) -> made.set(name, anything(path + "." + name, value)));
                yield made;
            }
            case Sequence(int _, List<Located> items) -> {
                ArrayNode made = JSON.arrayNode();
                items.forEach(item -> made.add(anything(path, item)));
                yield made;
            }
            case Scalar(int _, String text, Type type) -> switch (type) {
                case TEXT -> JSON.textNode(text);
                case NUMBER -> JSON.numberNode(new BigDecimal(text.replace("_", "")));
                case TRUTH -> JSON.booleanNode(Boolean.parseBoolean(text));
                case NOTHING -> JSON.nullNode();
            };
        };
    }

    private @Nullable JsonNode complain(Located given, String path, String message) {
        wrong(given.line(), path, message);
        return null;
    }

    private void wrong(int line, String field, String message) {
        wrong.add(new BadAnswers(line, field, message));
    }
}
