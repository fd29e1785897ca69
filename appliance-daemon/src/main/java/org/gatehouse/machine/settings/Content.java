package org.gatehouse.machine.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What lies at a path. */
sealed interface Content {

    /** A file with that text. */
    record Text(String text) implements Content {}

    /** A symbolic link to there. */
    record Link(String target) implements Content {}

    /** Nothing. */
    record Nothing() implements Content {}

    /** For a file that tells how things were. */
    default ObjectNode tree() {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        return switch (this) {
            case Text(String text) -> tree.put("text", text);
            case Link(String target) -> tree.put("link", target);
            case Nothing() -> tree;
        };
    }

    /** The same, read back. */
    static Content of(JsonNode tree) {
        if (tree.hasNonNull("text")) {
            return new Text(tree.get("text").asText());
        }
        return tree.hasNonNull("link") ? new Link(tree.get("link").asText()) : new Nothing();
    }
}
