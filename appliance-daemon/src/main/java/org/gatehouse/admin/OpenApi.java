package org.gatehouse.admin;

import java.util.List;
import java.util.UUID;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.governance.form.FormSchema;
import org.gatehouse.governance.form.FormSchema.Direction;

/** Describes the table of operations as an OpenAPI 3.1 document. Stateless. */
final class OpenApi {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private OpenApi() {}

    static ObjectNode describe(List<Operation> operations, String version) {
        FormSchema schemas = new FormSchema();
        ObjectNode document = NODES.objectNode().put("openapi", "3.1.0");
        document.putObject("info").put("title", "Gatehouse admin API").put("version", version).put("description",
                "Everything that can be set on a Gatehouse box. Times are RFC 3339 in UTC, money is a decimal string,"
                        + " ids are UUIDv7, errors are RFC 9457 problem details.");
        ArrayNode security = document.putArray("security");
        security.addObject().putArray("adminToken");
        security.addObject().putArray("session");
        ObjectNode paths = document.putObject("paths");
        for (Operation operation : operations) {
            ObjectNode path = paths.get(operation.path()) instanceof ObjectNode known
                    ? known
                    : paths.putObject(operation.path());
            path.set(operation.method().toLowerCase(java.util.Locale.ROOT), operation(operation, schemas));
        }
        ObjectNode components = document.putObject("components");
        ObjectNode schemes = components.putObject("securitySchemes");
        schemes.putObject("adminToken").put("type", "http").put("scheme", "bearer");
        schemes.putObject("session").put("type", "apiKey").put("in", "cookie").put("name", "__Host-gatehouse")
                .put("description", "What changes something needs the header x-gatehouse-console: 1, too.");
        ObjectNode problem = components.putObject("responses").putObject("Problem").put("description",
                "It did not work out; the body says why and what to do.");
        headers(problem);
        problem.putObject("content").putObject("application/problem+json").set("schema",
                schemas.reference(Problem.Body.class, Direction.REPLY));
        ObjectNode collected = schemas.collected();
        // RFC 9457 3.2: problems may have members of their own, which clients pass over that do not know them.
        ((ObjectNode) collected.get(Problem.Body.class.getSimpleName())).put("additionalProperties", true);
        components.set("schemas", collected);
        return document;
    }

    private static ObjectNode operation(Operation operation, FormSchema schemas) {
        ObjectNode node = NODES.objectNode().put("operationId", operation.id()).put("summary", operation.summary());
        node.putArray("tags").add(operation.tag());
        node.put("x-permission", operation.permission().id());
        node.put("x-reach", operation.reaching().name().toLowerCase(java.util.Locale.ROOT));
        node.put("x-recent-login", operation.recent());
        if (operation.proof() == Operation.Proof.NO_PROGRAM) {
            node.put("x-no-api-token", true);
        }
        if (operation.permission() == Permission.NONE) {
            node.putArray("security");
        }
        ArrayNode parameters = NODES.arrayNode();
        operation.segments().stream().filter(segment -> segment.startsWith("{"))
                .forEach(segment -> parameters.add(pathParameter(segment.substring(1, segment.length() - 1))));
        operation.parameters().stream().filter(parameter -> !parameter.name().equals(Parameter.OTHERS))
                .forEach(parameter -> parameters.add(queryParameter(parameter)));
        if (operation.versioned()) {
            parameters.add(header("If-Match", "The entity tag of the version to change; refused with 412 when it is"
                    + " another by now."));
        }
        if (operation.idempotent()) {
            parameters.add(header("Idempotency-Key", "A word of your own for this attempt: the same request with the"
                    + " same word within a day gets the first answer again."));
        }
        if (!parameters.isEmpty()) {
            node.set("parameters", parameters);
        }
        Operation.Body body = operation.body();
        if (body != null) {
            ObjectNode request = node.putObject("requestBody").put("required", !body.optional());
            ObjectNode content = request.putObject("content");
            if (body.coding() == Operation.Body.Coding.BYTES) {
                content.putObject("application/octet-stream").putObject("schema").put("type", "string").put("format",
                        "binary");
            } else {
                content.putObject(mediaType(body)).set("schema", schemas.reference(body.type(), body.direction()));
            }
            if (body.direction() == Direction.PATCH) {
                content.putObject("application/json").set("schema", schemas.reference(body.type(), body.direction()));
            }
            if (body.yaml()) {
                content.putObject("application/yaml").set("schema", schemas.reference(body.type(), body.direction()));
            }
        }
        ObjectNode responses = node.putObject("responses");
        reply(responses, operation.reply(), schemas);
        responses.putObject("default").put("$ref", "#/components/responses/Problem");
        return node;
    }

    private static String mediaType(Operation.Body body) {
        return body.coding() == Operation.Body.Coding.FORM
                ? "application/x-www-form-urlencoded"
                : body.direction() == Direction.PATCH ? "application/merge-patch+json" : "application/json";
    }

    private static void reply(ObjectNode responses, Operation.Reply reply, FormSchema schemas) {
        switch (reply) {
            case Operation.Reply.One(int status, Class<? extends Record> type) -> {
                ObjectNode response = response(responses, status, status == 201 ? "Made." : "Here it is.");
                response.putObject("content").putObject("application/json").set("schema",
                        schemas.reference(type, Direction.REPLY));
            }
            case Operation.Reply.Many(Class<? extends Record> type) -> {
                ObjectNode schema = response(responses, 200, "A piece of the list.").putObject("content")
                        .putObject("application/json").putObject("schema").put("type", "object");
                schema.put("additionalProperties", false).putArray("required").add("items").add("next");
                ObjectNode properties = schema.putObject("properties");
                properties.putObject("items").put("type", "array").set("items",
                        schemas.reference(type, Direction.REPLY));
                properties.putObject("next").put("description", "Send it as after to go on; null at the end.")
                        .putArray("type").add("string").add("null");
            }
            case Operation.Reply.Nothing() -> response(responses, 204, "Done.");
            case Operation.Reply.Any() -> response(responses, 200, "Here it is.").putObject("content")
                    .putObject("application/json").putObject("schema").put("type", "object");
            case Operation.Reply.Elsewhere() -> response(responses, 303, "Go on at the Location.");
            case Operation.Reply.Bytes(String contentType) -> response(responses, 200, "Here it is.")
                    .putObject("content").putObject(contentType).putObject("schema");
        }
    }

    private static ObjectNode response(ObjectNode responses, int status, String description) {
        ObjectNode response = responses.putObject(String.valueOf(status)).put("description", description);
        headers(response);
        return response;
    }

    private static void headers(ObjectNode response) {
        response.putObject("headers").putObject("x-request-id").put("description", "As in the trail and in the log.")
                .put("required", true).putObject("schema").put("type", "string");
    }

    private static ObjectNode pathParameter(String name) {
        ObjectNode node = NODES.objectNode().put("name", name).put("in", "path").put("required", true);
        ObjectNode schema = node.putObject("schema").put("type", "string");
        if ("id".equals(name)) {
            schema.put("format", "uuid");
        }
        return node;
    }

    private static ObjectNode queryParameter(Parameter parameter) {
        ObjectNode node = NODES.objectNode().put("name", parameter.name()).put("in", "query").put("description",
                parameter.about());
        ObjectNode schema = node.putObject("schema");
        if (parameter.type() == Integer.class) {
            schema.put("type", "integer").put("minimum", parameter.least()).put("maximum", parameter.greatest());
        } else if (parameter.type() == Long.class) {
            schema.put("type", "integer").put("format", "int64").put("minimum", 0);
        } else if (parameter.type() == Boolean.class) {
            schema.put("type", "boolean");
        } else {
            schema.put("type", "string");
            if (parameter.type() == UUID.class) {
                schema.put("format", "uuid");
            } else if (parameter.type() == java.time.Instant.class) {
                schema.put("format", "date-time");
            } else if (!parameter.constants().isEmpty()) {
                ArrayNode constants = schema.putArray("enum");
                parameter.constants().forEach(constants::add);
            }
        }
        return node;
    }

    private static ObjectNode header(String name, String about) {
        ObjectNode node = NODES.objectNode().put("name", name).put("in", "header").put("description", about);
        node.putObject("schema").put("type", "string");
        return node;
    }
}
