package org.gatehouse.admin;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.FieldError;
import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.form.Reading;

/** Turns an HTTP request into a {@link Call}, checked against its operation's description. Stateless. */
final class RequestReader {
    private static final String BYTES = "application/octet-stream";
    private static final HeaderName IDEMPOTENCY_KEY = HeaderNames.create("Idempotency-Key");
    private static final int LONGEST_IDEMPOTENCY_KEY = 200;

    /** What came of it. */
    sealed interface Result {

        /** A call that the operation can take. */
        record Good(Call call) implements Result {}

        /** A request that it can't. */
        record Bad(Problem problem) implements Result {}
    }

    Result read(Operation operation, Map<String, String> path, Identity identity, Arrival arrival,
            ServerRequest request) {
        try {
            JsonNode body = body(operation, request);
            return new Result.Good(new Call(identity, arrival, identity.reach(operation.permission()), path,
                    query(operation, request), body,
                    operation.versioned() ? version(request) : null,
                    operation.idempotent() ? idempotencyKey(request) : null));
        } catch (Call.Ended e) {
            return new Result.Bad(e.problem());
        } catch (IOException _) {
            return new Result.Bad(Problem.invalid("", "the body broke off"));
        }
    }

    private static Map<String, Object> query(Operation operation, ServerRequest request) {
        Map<String, Object> values = new HashMap<>();
        List<FieldError> errors = new ArrayList<>();
        for (String name : request.query().names()) {
            Optional<Parameter> parameter = operation.parameters().stream()
                    .filter(known -> known.name().equals(name)).findFirst();
            List<String> given = request.query().all(name);
            if (parameter.isEmpty() && operation.takesOthers()) {
                continue;
            }
            if (parameter.isEmpty()) {
                errors.add(new FieldError(shortened(name), "is no query parameter here; known are "
                        + String.join(", ", operation.parameters().stream().map(Parameter::name).toList())));
            } else if (given.size() != 1) {
                errors.add(new FieldError(name, "must be given once"));
            } else {
                Object value = parameter.get().read(given.getFirst());
                if (value == null) {
                    errors.add(new FieldError(name, parameter.get().wanted()));
                } else {
                    values.put(name, value);
                }
            }
        }
        if (!errors.isEmpty()) {
            throw new Call.Ended(Problem.invalid(errors));
        }
        return values;
    }

    private static String shortened(String name) {
        return name.length() <= 100 ? name : name.substring(0, 100) + "…";
    }

    private static @Nullable JsonNode body(Operation operation, ServerRequest request) throws IOException {
        Operation.Body wanted = operation.body();
        int largest = wanted == null ? Operation.Body.USUAL_LARGEST : wanted.largest();
        OptionalLong announced = request.headers().contentLength();
        if (announced.isPresent() && announced.getAsLong() > largest) {
            throw new Call.Ended(Problem.tooLarge(largest));
        }
        String mediaType = mediaType(request);
        byte[] text = request.content().hasEntity()
                ? request.content().inputStream().readNBytes(largest + 1)
                : new byte[0];
        if (text.length > largest) {
            throw new Call.Ended(Problem.tooLarge(largest));
        }
        if (wanted == null || (text.length == 0 && wanted.optional())) {
            if (text.length > 0 && !isEmptyObject(text)) {
                throw new Call.Ended(Problem.invalid("", "this takes no body"));
            }
            return wanted == null ? null : JsonNodeFactory.instance.objectNode();
        }
        Reading<JsonNode> reading = parse(wanted, text, mediaType);
        return switch (reading) {
            case Reading.Whole<JsonNode>(JsonNode tree) -> tree;
            case Reading.Broken<JsonNode>(var errors) -> throw new Call.Ended(Problem.invalid(errors));
        };
    }

    private static Reading<JsonNode> parse(Operation.Body wanted, byte[] text, String mediaType) {
        if (wanted.coding() == Operation.Body.Coding.BYTES) {
            if (!mediaType.equals(BYTES)) {
                throw new Call.Ended(Problem.mediaType(BYTES));
            }
            return new Reading.Whole<>(BinaryNode.valueOf(text));
        }
        if (wanted.coding() == Operation.Body.Coding.FORM) {
            if (!mediaType.equals("application/x-www-form-urlencoded")) {
                throw new Call.Ended(Problem.mediaType("application/x-www-form-urlencoded"));
            }
            return new Reading.Whole<>(fields(text));
        }
        boolean json = mediaType.isEmpty() || mediaType.equals("application/json") || mediaType.endsWith("+json");
        boolean yaml = mediaType.endsWith("/yaml") || mediaType.endsWith("/x-yaml") || mediaType.endsWith("+yaml");
        if (yaml && wanted.yaml()) {
            return Json.parseYaml(text);
        }
        if (!json) {
            throw new Call.Ended(
                    Problem.mediaType(wanted.yaml() ? "application/json or application/yaml" : "application/json"));
        }
        return Json.parse(text);
    }

    /** A form's fields; a field that is there twice keeps its first value. */
    private static ObjectNode fields(byte[] text) {
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        for (String pair : new String(text, StandardCharsets.UTF_8).split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                try {
                    String name = URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8);
                    fields.putIfAbsent(name, JsonNodeFactory.instance
                            .textNode(URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8)));
                } catch (IllegalArgumentException _) {
                    throw new Call.Ended(Problem.invalid("", "the body is no form: a percent sign stands alone"));
                }
            }
        }
        return fields;
    }

    /** The content type without its parameters; empty when there is none. */
    private static String mediaType(ServerRequest request) {
        if (request.headers().first(HeaderNames.CONTENT_ENCODING).filter(coding -> !"identity".equals(coding))
                .isPresent()) {
            throw new Call.Ended(Problem.mediaType("application/json"));
        }
        String whole = request.headers().first(HeaderNames.CONTENT_TYPE).orElse("");
        int semicolon = whole.indexOf(';');
        return (semicolon < 0 ? whole : whole.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
    }

    private static boolean isEmptyObject(byte[] text) {
        return Json.parse(text) instanceof Reading.Whole<JsonNode>(JsonNode tree) && tree.isObject() && tree.isEmpty();
    }

    private static @Nullable Long version(ServerRequest request) {
        String tag = request.headers().first(HeaderNames.IF_MATCH).orElse("*").strip();
        if ("*".equals(tag)) {
            return null;
        }
        try {
            if (tag.length() > 2 && tag.startsWith("\"") && tag.endsWith("\"")) {
                return Long.parseLong(tag.substring(1, tag.length() - 1));
            }
        } catch (NumberFormatException _) {
            // falls through to the same answer
        }
        throw new Call.Ended(Problem.invalid("If-Match", "must be an entity tag as it was answered, such as \"3\""));
    }

    private static @Nullable String idempotencyKey(ServerRequest request) {
        String key = request.headers().first(IDEMPOTENCY_KEY).orElse("").strip();
        if (key.length() > LONGEST_IDEMPOTENCY_KEY || !key.chars().allMatch(letter -> letter >= 32 && letter < 127)) {
            throw new Call.Ended(Problem.invalid("Idempotency-Key",
                    "must be at most " + LONGEST_IDEMPOTENCY_KEY + " printable ASCII characters"));
        }
        return key.isEmpty() ? null : key;
    }
}
