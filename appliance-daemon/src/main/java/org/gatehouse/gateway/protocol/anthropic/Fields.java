package org.gatehouse.gateway.protocol.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.protocol.UntranslatableException;

/** Fields of a client's request whose type and range is checked; {@code null} where a field is left out. */
final class Fields {

    private Fields() {}

    static @Nullable Boolean flag(JsonNode object, String name) throws UntranslatableException {
        JsonNode value = Trees.field(object, name);
        if (value == null) {
            return null;
        }
        if (!value.isBoolean()) {
            throw new UntranslatableException(name, "The field '" + name + "' must be true or false.");
        }
        return value.booleanValue();
    }

    static @Nullable Double number(JsonNode object, String name, double least, double most)
            throws UntranslatableException {
        JsonNode value = Trees.field(object, name);
        if (value == null) {
            return null;
        }
        if (!value.isNumber() || value.doubleValue() < least || value.doubleValue() > most) {
            throw new UntranslatableException(name,
                    "The field '" + name + "' must be a number from " + least + " to " + most + ".");
        }
        return value.doubleValue();
    }

    static @Nullable Integer count(JsonNode object, String name) throws UntranslatableException {
        JsonNode value = Trees.field(object, name);
        if (value == null) {
            return null;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
            throw new UntranslatableException(name, "The field '" + name + "' must be a whole number of at least 0.");
        }
        return value.intValue();
    }

    static @Nullable Long tokens(JsonNode object, String name, String path, long least)
            throws UntranslatableException {
        JsonNode value = Trees.field(object, name);
        if (value == null) {
            return null;
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < least) {
            throw new UntranslatableException(path,
                    "The field '" + path + "' must be a whole number of at least " + least + ".");
        }
        return value.longValue();
    }
}
