package org.gatehouse.setup.wizard.answers;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;

/** Reads YAML and remembers lines. Refuses what an answers file has no use for: anchors, names given twice, endless depth. */
final class YamlReader {
    private static final int DEEPEST = 20;

    private final YAMLParser parser;

    private YamlReader(YAMLParser parser) {
        this.parser = parser;
    }

    /** The file's one document. */
    static Located read(String text) throws Unreadable {
        try (YAMLParser parser = new YAMLFactory().createParser(text)) {
            if (parser.nextToken() == null) {
                throw new Unreadable(1, "the file is empty; gatehouse setup answers-template prints one to start from");
            }
            Located whole = new YamlReader(parser).value(0);
            if (parser.nextToken() != null) {
                throw new Unreadable(parser.currentTokenLocation().getLineNr(),
                        "a second document begins here; keep one in a file");
            }
            return whole;
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            throw new Unreadable(line, "this is no YAML: " + firstLine(e.getOriginalMessage()));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A file that can't be read at all. */
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1;
        private final int line;

        Unreadable(int line, String message) {
            super(message);
            this.line = line;
        }

        int line() {
            return line;
        }
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("");
    }

    private Located value(int depth) throws IOException, Unreadable {
        int line = parser.currentTokenLocation().getLineNr();
        if (depth > DEEPEST) {
            throw new Unreadable(line, "values lie more than " + DEEPEST + " deep in each other");
        }
        if (parser.isCurrentAlias() || parser.getObjectId() != null) {
            throw new Unreadable(line, "anchors and aliases (& and *) are not understood here; write the value out");
        }
        return switch (parser.currentToken()) {
            case START_OBJECT -> mapping(line, depth);
            case START_ARRAY -> sequence(line, depth);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
                new Located.Scalar(line, parser.getText(), Located.Type.NUMBER);
            case VALUE_TRUE, VALUE_FALSE -> new Located.Scalar(line, parser.getText(), Located.Type.TRUTH);
            case VALUE_NULL -> new Located.Scalar(line, "", Located.Type.NOTHING);
            case VALUE_STRING -> new Located.Scalar(line, parser.getText(), Located.Type.TEXT);
            case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT ->
                throw new Unreadable(line, "this is no value that an answers file can have");
        };
    }

    private Located mapping(int line, int depth) throws IOException, Unreadable {
        Map<String, Located> members = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            int at = parser.currentTokenLocation().getLineNr();
            parser.nextToken();
            if (members.put(name, value(depth + 1)) != null) {
                throw new Unreadable(at, "'" + name + "' stands here a second time; keep one");
            }
        }
        return new Located.Mapping(line, members);
    }

    private Located sequence(int line, int depth) throws IOException, Unreadable {
        List<Located> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(value(depth + 1));
        }
        return new Located.Sequence(line, items);
    }
}
