package org.gatehouse.governance.form;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** Reads a JSON tree into a record, strictly, and names everything that is wrong. Confined to one reading. */
final class FormReader {
    private static final long UNSAID_STRING = 1_000;
    private static final long UNSAID_LIST = 10_000;
    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,24}(\\.[0-9]{1,12})?");
    private static final Pattern UUID_TEXT = Pattern
            .compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    private final List<FieldError> errors = new ArrayList<>();

    static <T> Reading<T> read(JsonNode tree, Class<T> type) {
        FormReader reader = new FormReader();
        Object value = reader.form(tree, type, "");
        return reader.errors.isEmpty()
                ? new Reading.Whole<>(type.cast(Objects.requireNonNull(value)))
                : new Reading.Broken<>(reader.errors);
    }

    private @Nullable Object form(JsonNode tree, Class<?> type, String path) {
        if (!tree.isObject()) {
            return wrong(path, "must be a JSON object");
        }
        Shape shape = Shape.of(type);
        int before = errors.size();
        rejectUnknown(tree, shape, path);
        @Nullable
        Object[] values = new Object[shape.members().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = member(tree, shape.members().get(i), path);
        }
        return errors.size() > before ? null : construct(shape, values, path);
    }

    private void rejectUnknown(JsonNode tree, Shape shape, String path) {
        List<String> known = shape.members().stream().map(Shape.Member::name).toList();
        tree.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                wrong(inside(path, name), "is unknown here; known are " + String.join(", ", known));
            }
        });
    }

    private @Nullable Object member(JsonNode tree, Shape.Member member, String path) {
        String field = inside(path, member.name());
        JsonNode node = tree.get(member.name());
        if (node == null && member.hasFallback()) {
            node = Json.trusted(Objects.requireNonNull(member.about()).fallback());
        }
        if (node == null || node.isNull()) {
            return member.nullable() ? null : wrong(field, node == null ? "is missing" : "must not be null");
        }
        return value(node, member.type(), member, field);
    }

    private @Nullable Object value(JsonNode node, Type type, Shape.Member member, String field) {
        if (type instanceof ParameterizedType generic) {
            return generic.getRawType() == List.class
                    ? list(node, generic.getActualTypeArguments()[0], member, field)
                    : map(node, generic.getActualTypeArguments()[1], member, field);
        }
        Class<?> plain = (Class<?>) type;
        if (plain == String.class) {
            return text(node, member, field);
        } else if (plain == int.class || plain == Integer.class) {
            Long number = integer(node, member, field, Integer.MAX_VALUE);
            return number == null ? null : (Object) number.intValue();
        } else if (plain == long.class || plain == Long.class) {
            return integer(node, member, field, Long.MAX_VALUE);
        } else if (plain == boolean.class || plain == Boolean.class) {
            return node.isBoolean() ? (Object) node.booleanValue() : wrong(field, "must be true or false");
        } else if (plain == BigDecimal.class) {
            return node.isTextual() && DECIMAL.matcher(node.textValue()).matches()
                    ? new BigDecimal(node.textValue())
                    : wrong(field, "must be a decimal number as a string, such as \"12.50\"");
        } else if (plain == Instant.class) {
            return time(node, field);
        } else if (plain == UUID.class) {
            return node.isTextual() && UUID_TEXT.matcher(node.textValue()).matches()
                    ? UUID.fromString(node.textValue())
                    : wrong(field, "must be a UUID");
        } else if (plain.isEnum()) {
            return constant(node, plain, field);
        } else if (JsonNode.class.isAssignableFrom(plain)) {
            return node;
        }
        return form(node, plain, field);
    }

    private @Nullable Object list(JsonNode node, Type items, Shape.Member member, String field) {
        if (!node.isArray()) {
            return wrong(field, "must be a list");
        }
        long least = member.about() == null ? 0 : member.about().min();
        if (node.size() < least || node.size() > member.greatest(UNSAID_LIST)) {
            return wrong(field, "must have " + least + " to " + member.greatest(UNSAID_LIST) + " items");
        }
        List<Object> values = new ArrayList<>(node.size());
        Shape.Member item = new Shape.Member(member.name(), items, false, null, member.accessor());
        for (int i = 0; i < node.size(); i++) {
            Object value = value(node.get(i), items, item, field + "[" + i + "]");
            if (value != null) {
                values.add(value);
            }
        }
        return List.copyOf(values);
    }

    private @Nullable Object map(JsonNode node, Type items, Shape.Member member, String field) {
        if (!node.isObject()) {
            return wrong(field, "must be a JSON object");
        }
        Map<String, Object> values = new LinkedHashMap<>();
        node.properties().forEach(entry -> {
            Object value = value(entry.getValue(), items, member, inside(field, entry.getKey()));
            if (value != null) {
                values.put(entry.getKey(), value);
            }
        });
        return values;
    }

    private @Nullable String text(JsonNode node, Shape.Member member, String field) {
        if (!node.isTextual()) {
            return (String) wrong(field, "must be a string");
        }
        String text = node.textValue();
        long least = member.about() == null ? 0 : member.about().min();
        long greatest = member.greatest(UNSAID_STRING);
        if (text.length() < least || text.length() > greatest) {
            return (String) wrong(field, "must have " + least + " to " + greatest + " characters");
        }
        boolean multiline = member.about() != null && member.about().multiline();
        if (!Text.clean(text, multiline)) {
            return (String) wrong(field, "must not hold control characters, line breaks or broken characters");
        }
        String pattern = member.about() == null ? "" : member.about().pattern();
        return pattern.isEmpty() || Pattern.matches(pattern, text)
                ? text
                : (String) wrong(field, "must match " + pattern);
    }

    private @Nullable Long integer(JsonNode node, Shape.Member member, String field, long unsaid) {
        long least = member.about() == null ? Long.MIN_VALUE : member.about().min();
        long greatest = member.greatest(unsaid);
        if (!node.isIntegralNumber() || !node.canConvertToLong() || node.longValue() < least
                || node.longValue() > greatest) {
            return (Long) wrong(field, "must be a whole number between " + least + " and " + greatest);
        }
        return node.longValue();
    }

    private @Nullable Object time(JsonNode node, String field) {
        try {
            return node.isTextual()
                    ? OffsetDateTime.parse(node.textValue()).toInstant().truncatedTo(ChronoUnit.MICROS)
                    : wrong(field, "must be an RFC 3339 time, such as 2026-11-20T12:00:00Z");
        } catch (DateTimeException _) {
            return wrong(field, "must be an RFC 3339 time, such as 2026-11-20T12:00:00Z");
        }
    }

    private @Nullable Object constant(JsonNode node, Class<?> type, String field) {
        for (Object constant : type.getEnumConstants()) {
            if (node.isTextual() && Shape.idOf((Enum<?>) constant).equals(node.textValue())) {
                return constant;
            }
        }
        return wrong(field, "must be one of " + Arrays.stream(type.getEnumConstants())
                .map(constant -> Shape.idOf((Enum<?>) constant)).collect(Collectors.joining(", ")));
    }

    private @Nullable Object construct(Shape shape, @Nullable Object[] values, String path) {
        try {
            return shape.constructor().newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException invalid) {
                return wrong(path, String.valueOf(invalid.getMessage()));
            }
            throw new IllegalStateException("could not make a " + shape.type(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("could not make a " + shape.type(), e);
        }
    }

    private @Nullable Object wrong(String field, String message) {
        errors.add(new FieldError(field, message));
        return null;
    }

    private static String inside(String path, String name) {
        String shown = name.length() > 100 ? name.substring(0, 100) + "…" : name;
        return path.isEmpty() ? shown : path + "." + shown;
    }
}
