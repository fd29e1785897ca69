package org.gatehouse.batch.http;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.batch.Decision;
import org.gatehouse.batch.Endpoint;
import org.gatehouse.batch.NewBatch;
import org.gatehouse.batch.PublicIds;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.governance.form.FieldError;
import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.form.Reading;

/** Reads an order for a batch. Stateless. */
final class BatchForm {
    /** The only one that OpenAI knows. */
    static final String WINDOW = "24h";
    private static final int MOST_BYTES = 256 << 10;
    /** As OpenAI has them. */
    private static final int MOST_METADATA = 16;
    private static final int LONGEST_NAME = 64;
    private static final int LONGEST_VALUE = 512;
    private static final long LEAST_SECONDS = 3_600;
    private static final long MOST_SECONDS = 2_592_000;
    private static final List<String> MEMBERS = List.of("input_file_id", "endpoint", "completion_window", "metadata",
            "output_expires_after");

    private BatchForm() {}

    static Decision<NewBatch> read(byte[] body) {
        if (body.length > MOST_BYTES) {
            return new Decision.Denied<>(Refusal.of(Reason.REQUEST_TOO_LARGE,
                    "An order for a batch may have at most " + MOST_BYTES + " bytes. Its rows belong into a file."));
        }
        return switch (Json.parse(body)) {
            case Reading.Broken<JsonNode>(List<FieldError> errors) -> wrong(null, "The body is wrong: "
                    + errors.getFirst().field() + " " + errors.getFirst().message() + ".");
            case Reading.Whole<JsonNode>(JsonNode tree) when !tree.isObject() ->
                wrong(null, "The body must be a JSON object.");
            case Reading.Whole<JsonNode>(JsonNode tree) -> read(tree);
        };
    }

    private static Decision<NewBatch> read(JsonNode tree) {
        for (String name : (Iterable<String>) tree::fieldNames) {
            if (!MEMBERS.contains(name)) {
                return wrong(name, "This box does not know that field of a batch. Leave it out.");
            }
        }
        Optional<UUID> input = PublicIds.FILE.read(tree.path("input_file_id").asText(""));
        if (input.isEmpty()) {
            return wrong("input_file_id", "Name a file that POST /v1/files has given you: file-….");
        }
        Optional<Endpoint> endpoint = Endpoint.of(tree.path("endpoint").asText(""));
        if (endpoint.isEmpty()) {
            return wrong("endpoint", "A batch can call one of " + Endpoint.list() + ".");
        }
        if (!WINDOW.equals(tree.path("completion_window").asText(""))) {
            return wrong("completion_window", "The completion window must be \"" + WINDOW + "\".");
        }
        Map<String, String> metadata = new HashMap<>();
        JsonNode given = tree.path("metadata");
        if (!given.isMissingNode() && !given.isNull() && !given.isObject() || given.size() > MOST_METADATA) {
            return wrong("metadata", "The metadata must be an object of at most " + MOST_METADATA + " members.");
        }
        for (Map.Entry<String, JsonNode> member : given.properties()) {
            if (!member.getValue().isTextual() || member.getKey().length() > LONGEST_NAME
                    || member.getValue().textValue().length() > LONGEST_VALUE) {
                return wrong("metadata", "Each member of the metadata must be text of at most " + LONGEST_VALUE
                        + " characters, named with at most " + LONGEST_NAME + ".");
            }
            metadata.put(member.getKey(), member.getValue().textValue());
        }
        JsonNode kept = tree.path("output_expires_after");
        if (kept.isMissingNode() || kept.isNull()) {
            return new Decision.Given<>(new NewBatch(input.get(), endpoint.get(), metadata, null));
        }
        Duration outputKept = kept(kept.path("anchor").asText(""), kept.path("seconds").asText(""));
        return outputKept == null
                ? wrong("output_expires_after", "Say {\"anchor\": \"created_at\", \"seconds\": …} with seconds from "
                        + LEAST_SECONDS + " to " + MOST_SECONDS + ".")
                : new Decision.Given<>(new NewBatch(input.get(), endpoint.get(), metadata, outputKept));
    }

    /** How long something is kept; {@code null} when that is not said as it must be. */
    static @Nullable Duration kept(String anchor, String seconds) {
        if (!anchor.equals("created_at") || !seconds.matches("[0-9]{4,7}")) {
            return null;
        }
        long time = Long.parseLong(seconds);
        return time < LEAST_SECONDS || time > MOST_SECONDS ? null : Duration.ofSeconds(time);
    }

    private static <T> Decision<T> wrong(@Nullable String param, String message) {
        return new Decision.Denied<>(Refusal.invalid(param, message));
    }
}
