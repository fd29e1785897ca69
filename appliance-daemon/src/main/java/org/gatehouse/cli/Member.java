package org.gatehouse.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A member of a noun as an option of the command line.
 *
 * @param option such as {@code --name}
 * @param field where it goes in the JSON, with dots for what is nested
 * @param required whether making one needs it
 */
record Member(String option, String field, Kind kind, String about, boolean required) {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** What an option holds. */
    enum Kind {
        TEXT("TEXT"), NUMBER("N"), ON(""), OFF(""), WORDS("WORD"), SCOPE("SCOPE"), TARGETS("UPSTREAM=MODEL"), LIMITS(
                "KIND=N"), ADAPTERS(
                        "NAME=DIR"), OPTIONS("NAME=VALUE"), BUDGETS("PERIOD=AMOUNT"), SECRET_FROM_VARIABLE(
                                "VARIABLE"), SECRET_FROM_FILE(
                                        "FILE"), MAPPINGS("GROUP=WHAT"), DEPARTMENTS("NAME"), PROJECTS(
                                                "DEPARTMENT/PROJECT"), DEPARTMENT("NAME"), PROJECT(
                                                        "DEPARTMENT/PROJECT"), USER(
                                                                "NAME"), UPSTREAM("NAME"), MODEL("NAME"), KEY(
                                                                        "DEPARTMENT/PROJECT/KEY"), FILE(
                                                                                "FILE"), SAML_METADATA("FILE");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }

        boolean isFlag() {
            return this == ON || this == OFF;
        }

        boolean isRepeatable() {
            return this == WORDS || this == TARGETS || this == LIMITS || this == BUDGETS
                    || this == ADAPTERS || this == OPTIONS || this == MAPPINGS || this == DEPARTMENTS
                    || this == PROJECTS;
        }
    }

    static Member needed(String option, String field, Kind kind, String about) {
        return new Member(option, field, kind, about, true);
    }

    static Member of(String option, String field, Kind kind, String about) {
        return new Member(option, field, kind, about, false);
    }

    /** The JSON value of what was given. */
    JsonNode value(List<String> given, References references, Connection connection) {
        String text = given.isEmpty() ? "" : given.getFirst();
        return switch (kind) {
            case TEXT -> "null".equals(text) ? NODES.nullNode() : NODES.textNode(text);
            case NUMBER -> number(text);
            case ON -> NODES.booleanNode(true);
            case OFF -> NODES.booleanNode(false);
            case WORDS -> {
                ArrayNode words = NODES.arrayNode();
                given.forEach(words::add);
                yield words;
            }
            case SCOPE -> references.scope(text);
            case TARGETS -> {
                ArrayNode targets = NODES.arrayNode();
                given.forEach(pair -> targets.addObject().put("upstreamId", references.id("upstreams", left(pair)))
                        .put("upstreamModel", right(pair)));
                yield targets;
            }
            case LIMITS -> {
                ArrayNode limits = NODES.arrayNode();
                given.forEach(pair -> limits.addObject().put("kind", left(pair)).set("amount", number(right(pair))));
                yield limits;
            }
            case ADAPTERS -> {
                ArrayNode adapters = NODES.arrayNode();
                given.forEach(pair -> adapters.addObject().put("name", left(pair)).put("directory", right(pair)));
                yield adapters;
            }
            case OPTIONS -> {
                ObjectNode options = NODES.objectNode();
                given.forEach(pair -> options.put(left(pair), right(pair)));
                yield options;
            }
            case MAPPINGS -> {
                ArrayNode mappings = NODES.arrayNode();
                given.forEach(pair -> mapping(mappings.addObject().put("group", left(pair)), right(pair)));
                yield mappings;
            }
            case DEPARTMENTS, PROJECTS -> {
                ArrayNode ids = NODES.arrayNode();
                given.forEach(name -> ids.add(references.id(kind == Kind.PROJECTS ? "projects" : "departments", name)));
                yield ids;
            }
            case BUDGETS -> {
                ArrayNode budgets = NODES.arrayNode();
                given.forEach(pair -> budgets.addObject().put("period", left(pair)).put("amount", right(pair)));
                yield budgets;
            }
            case SECRET_FROM_VARIABLE -> NODES.textNode(variable(text, connection));
            case SECRET_FROM_FILE -> NODES.textNode(file(Path.of(text)));
            case DEPARTMENT -> NODES.textNode(references.id("departments", text));
            case PROJECT -> NODES.textNode(references.id("projects", text));
            case USER -> NODES.textNode(references.id("users", text));
            case UPSTREAM -> NODES.textNode(references.id("upstreams", text));
            case MODEL -> NODES.textNode(references.id("models", text));
            case KEY -> NODES.textNode(references.id("keys", text));
            case FILE -> NODES.textNode(content(Path.of(text)));
            case SAML_METADATA -> references.samlMetadata(content(Path.of(text)));
        };
    }

    /** A role, {@code department:NAME} with the role of its lead, or {@code project:DEPARTMENT/PROJECT} with a developer's. */
    private static void mapping(ObjectNode mapping, String what) {
        if (what.startsWith("department:")) {
            mapping.put("role", "department_lead").put("department", what.substring("department:".length()));
        } else if (what.startsWith("project:")) {
            mapping.put("role", "developer").put("project", what.substring("project:".length()));
        } else {
            mapping.put("role", what);
        }
    }

    static String variable(String name, Connection connection) {
        String value = connection.environment(name);
        if (value.isEmpty()) {
            throw new CommandFailed("The environment variable " + name + " is not set. Set it to the secret"
                    + " (in a file for apply, an apiKey that is left out is kept as it is).");
        }
        return value;
    }

    static String file(Path file) {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new CommandFailed("The file " + file + " can't be read: " + e.getMessage()
                    + ". It must hold the secret.", e);
        }
    }

    private static String content(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new CommandFailed("The file " + file + " can't be read: " + e.getMessage() + ". Name another.", e);
        }
    }

    private JsonNode number(String text) {
        try {
            return NODES.numberNode(Long.parseLong(text));
        } catch (NumberFormatException e) {
            throw new CommandFailed("'" + text + "' for " + option + " is no whole number.", e);
        }
    }

    private String left(String pair) {
        return pair.substring(0, split(pair));
    }

    private String right(String pair) {
        return pair.substring(split(pair) + 1);
    }

    private int split(String pair) {
        int equals = pair.indexOf('=');
        if (equals <= 0) {
            throw new CommandFailed("'" + pair + "' for " + option + " must be written " + kind.label() + ".");
        }
        return equals;
    }
}
