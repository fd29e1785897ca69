package org.gatehouse.governance.form;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import org.yaml.snakeyaml.LoaderOptions;

/** Text to JSON trees to records and back. Stateless and thread-safe. */
public final class Json {
    /** Nothing that an admin says is nested deeper; RFC 8259 section 9 lets an implementation set such a limit. */
    private static final int DEEPEST = 32;
    private static final StreamReadConstraints CONSTRAINTS = StreamReadConstraints.builder().maxNestingDepth(DEEPEST)
            .maxNumberLength(100).build();
    private static final ObjectMapper JSON = JsonMapper
            .builder(com.fasterxml.jackson.core.JsonFactory.builder().streamReadConstraints(CONSTRAINTS)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
    private static final ObjectMapper YAML = new ObjectMapper(
            YAMLFactory.builder().streamReadConstraints(CONSTRAINTS).loaderOptions(yamlBounds())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Json() {}

    /** Aliases are the way to blow a few lines up into gigabytes; a declaration needs none. */
    private static LoaderOptions yamlBounds() {
        LoaderOptions options = new LoaderOptions();
        options.setCodePointLimit(32 << 20);
        options.setMaxAliasesForCollections(0);
        options.setNestingDepthLimit(DEEPEST);
        options.setAllowDuplicateKeys(false);
        return options;
    }

    /** Reads strict JSON: one value, no duplicate names, nothing behind it, at most 32 levels deep. */
    public static Reading<JsonNode> parse(byte[] text) {
        return parse(JSON, text, "JSON");
    }

    /** Reads YAML of one document, with the same strictness. JSON is YAML too. */
    public static Reading<JsonNode> parseYaml(byte[] text) {
        return parse(YAML, text, "YAML");
    }

    private static Reading<JsonNode> parse(ObjectMapper mapper, byte[] text, String language) {
        try {
            JsonNode tree = mapper.readTree(text);
            return tree == null || tree.isMissingNode()
                    ? new Reading.Broken<>(List.of(new FieldError("", "the body is empty; send a JSON object")))
                    : new Reading.Whole<>(tree);
        } catch (JsonProcessingException e) {
            return new Reading.Broken<>(List.of(explain(e, language)));
        } catch (IOException e) {
            // Bytes that are no UTF-8 come as CharConversionException, which is no JsonProcessingException.
            return new Reading.Broken<>(List.of(new FieldError("", "the body is not " + language + " in UTF-8")));
        }
    }

    private static FieldError explain(JsonProcessingException e, String language) {
        JsonLocation location = e.getLocation();
        String where = location == null
                ? ""
                : " at line " + location.getLineNr() + ", column " + location.getColumnNr();
        String said = e.getOriginalMessage() == null ? "" : e.getOriginalMessage();
        if (said.startsWith("Duplicate")) {
            int open = said.indexOf('\'');
            int close = said.lastIndexOf('\'');
            String name = open >= 0 && close > open ? said.substring(open + 1, close) : "";
            return new FieldError(name, "is given twice" + where);
        }
        if (said.contains("nesting depth")) {
            return new FieldError("", "the body is nested deeper than " + DEEPEST + " levels" + where);
        }
        return new FieldError("", "the body is not valid " + language + where);
    }

    /** Reads JSON that the box wrote itself. */
    public static JsonNode trusted(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("JSON of the box's own is broken", e);
        }
    }

    /** Reads a record from a tree; names every member that is unknown, missing or wrong. */
    public static <T extends Record> Reading<T> read(JsonNode tree, Class<T> type) {
        return FormReader.read(tree, type);
    }

    /** Reads a record that the box wrote itself. */
    public static <T extends Record> T trusted(String text, Class<T> type) {
        return switch (read(trusted(text), type)) {
            case Reading.Whole<T>(T value) -> value;
            case Reading.Broken<T>(List<FieldError> errors) ->
                throw new IllegalStateException("a stored " + type.getSimpleName() + " is broken: " + errors);
        };
    }

    /** A record as a tree, without its secrets. */
    public static ObjectNode tree(Record form) {
        return FormWriter.write(form, false);
    }

    /** A record as a tree, secrets included: only for what stays inside the process. */
    public static ObjectNode treeWithSecrets(Record form) {
        return FormWriter.write(form, true);
    }

    /** A tree as compact text. */
    public static String text(JsonNode tree) {
        try {
            return JSON.writeValueAsString(tree);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a JSON tree could not be written", e);
        }
    }

    /** A tree as UTF-8. */
    public static byte[] bytes(JsonNode tree) {
        try {
            return JSON.writeValueAsBytes(tree);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a JSON tree could not be written", e);
        }
    }

    /** A tree as YAML, without the leading dashes. */
    public static String yaml(JsonNode tree) {
        try {
            String text = YAML.writeValueAsString(tree);
            return text.startsWith("---\n") ? text.substring(4) : text;
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a YAML tree could not be written", e);
        }
    }

    /**
     * Lays a JSON merge patch (RFC 7396) over a tree: absent members stay, {@code null} removes, lists are replaced whole.
     * Neither tree is changed.
     */
    public static JsonNode merge(JsonNode target, JsonNode patch) {
        if (!patch.isObject()) {
            return patch;
        }
        ObjectNode merged = target.isObject() ? target.deepCopy() : JSON.createObjectNode();
        patch.properties().forEach(member -> {
            if (member.getValue().isNull()) {
                merged.remove(member.getKey());
            } else {
                JsonNode old = merged.get(member.getKey());
                merged.set(member.getKey(), merge(old == null ? JSON.createObjectNode() : old, member.getValue()));
            }
        });
        return merged;
    }
}
