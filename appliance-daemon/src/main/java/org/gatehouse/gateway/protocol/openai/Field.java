package org.gatehouse.gateway.protocol.openai;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.protocol.UntranslatableException;

/**
 * A value of a client's request with its place in it, so that a complaint can name the place in the client's own words.
 *
 * @param node the value; missing when there is none
 * @param path such as {@code messages[2].content}; empty for the whole
 */
record Field(JsonNode node, String path) {

    Field get(String name) {
        return new Field(node.path(name), path.isEmpty() ? name : path + '.' + name);
    }

    /** Whether it is not there, or null, which means the same in this protocol. */
    boolean absent() {
        return node.isMissingNode() || node.isNull();
    }

    boolean isText() {
        return node.isTextual();
    }

    boolean isArray() {
        return node.isArray();
    }

    boolean isObject() {
        return node.isObject();
    }

    boolean isTrue() {
        return node.isBoolean() && node.booleanValue();
    }

    /** The entries of an array. */
    List<Field> entries() throws UntranslatableException {
        if (!node.isArray()) {
            throw wrong("an array");
        }
        List<Field> entries = new ArrayList<>(node.size());
        for (int i = 0; i < node.size(); i++) {
            entries.add(new Field(node.get(i), path + '[' + i + ']'));
        }
        return entries;
    }

    String text() throws UntranslatableException {
        if (!node.isTextual()) {
            throw wrong("a string");
        }
        return node.textValue();
    }

    @Nullable
    String optionalText() throws UntranslatableException {
        return absent() ? null : text();
    }

    @Nullable
    Boolean optionalBoolean() throws UntranslatableException {
        if (absent()) {
            return null;
        }
        if (!node.isBoolean()) {
            throw wrong("true or false");
        }
        return node.booleanValue();
    }

    @Nullable
    Double optionalNumber(double least, double most) throws UntranslatableException {
        if (absent()) {
            return null;
        }
        if (!node.isNumber() || !(node.doubleValue() >= least && node.doubleValue() <= most)) {
            throw wrong("a number from " + plain(least) + " to " + plain(most));
        }
        return node.doubleValue();
    }

    @Nullable
    Long optionalWhole(long least, long most) throws UntranslatableException {
        if (absent()) {
            return null;
        }
        // 100.0 is whole: clients in languages with one type of number write it so.
        double value = node.isNumber() ? node.doubleValue() : Double.NaN;
        if (!(value == Math.rint(value)) || value < least || value > most) {
            throw wrong("a whole number from " + least + " to " + most);
        }
        return node.isIntegralNumber() ? node.longValue() : (long) value;
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }

    UntranslatableException wrong(String wanted) {
        String name = path.isEmpty() ? "the request" : path;
        return new UntranslatableException(path.isEmpty() ? null : path,
                absent()
                        ? name + " is missing; give " + wanted + "."
                        : name + " is not what it must be; give " + wanted + ".");
    }

    /** It is right, but the model's provider speaks another protocol, which has nothing like it. */
    UntranslatableException untranslatable(String what) {
        return new UntranslatableException(path, path + " " + what);
    }
}
