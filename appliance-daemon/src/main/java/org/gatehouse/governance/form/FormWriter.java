package org.gatehouse.governance.form;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** Writes a record as a JSON tree: every member, {@code null} ones too; secrets left out. Stateless. */
final class FormWriter {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private FormWriter() {}

    static ObjectNode write(Record form, boolean withSecrets) {
        ObjectNode object = NODES.objectNode();
        for (Shape.Member member : Shape.of(form.getClass()).members()) {
            if (withSecrets || !member.secret()) {
                object.set(member.name(), node(value(form, member), withSecrets));
            }
        }
        return object;
    }

    private static @Nullable Object value(Record form, Shape.Member member) {
        try {
            return member.accessor().invoke(form);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(member.name() + "() of " + form.getClass() + " failed", e);
        }
    }

    private static JsonNode node(@Nullable Object value, boolean withSecrets) {
        return switch (value) {
            case null -> NODES.nullNode();
            case JsonNode tree -> tree;
            case String text -> NODES.textNode(text);
            case Integer number -> NODES.numberNode(number);
            case Long number -> NODES.numberNode(number);
            case Double number -> NODES.numberNode(number);
            case Boolean flag -> NODES.booleanNode(flag);
            case BigDecimal money -> NODES.textNode(plain(money));
            case Instant time -> NODES.textNode(time.toString());
            case UUID id -> NODES.textNode(id.toString());
            case Enum<?> constant -> NODES.textNode(Shape.idOf(constant));
            case List<?> list -> {
                ArrayNode array = NODES.arrayNode(list.size());
                list.forEach(item -> array.add(node(item, withSecrets)));
                yield array;
            }
            case Map<?, ?> map -> {
                ObjectNode object = NODES.objectNode();
                map.forEach((name, item) -> object.set(String.valueOf(name), node(item, withSecrets)));
                yield object;
            }
            case Record form -> write(form, withSecrets);
            default -> throw new IllegalArgumentException("a form can't hold a " + value.getClass());
        };
    }

    /** Digits without an exponent and without zeros that say nothing. */
    private static String plain(BigDecimal money) {
        return money.signum() == 0 ? "0" : money.stripTrailingZeros().toPlainString();
    }
}
