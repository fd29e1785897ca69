package org.gatehouse.audit;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;

/**
 * The canonical JSON of a record, and back. What this writes is what the chain hashes: a change here needs a new format,
 * never a changed one. Thread-safe.
 */
final class RecordJson {

    /** Longer {@code before} and {@code after} values, in UTF-16 units, are replaced by their digest. */
    static final int LONGEST_VALUE = 200_000;
    /** So are those that take more bytes once they are escaped: H2 keeps at most a mebibyte in a column. */
    private static final int MOST_BYTES_A_VALUE = 400_000;

    private static final String CALL_BEGINS = "{\"kind\":\"call\",\"id\":\"";
    private static final ObjectMapper JSON = new ObjectMapper();

    private RecordJson() {}

    static byte[] write(TrailRecord item) {
        JsonBytes json = new JsonBytes().begin();
        json.field("kind", item.kind().id()).field("id", item.id()).field("at", item.at());
        switch (item) {
            case CallRecord call -> call(json, call);
            case AdminRecord admin -> admin(json, admin);
            case Checkpoint checkpoint -> json.field("node", checkpoint.node())
                    .field("sequence", checkpoint.sequence()).field("head", checkpoint.head())
                    .field("signature", checkpoint.signature());
            case RetentionRecord retention -> json.field("sequence", retention.sequence())
                    .field("head", retention.head()).field("olderThan", retention.olderThan());
        }
        return json.end().toBytes();
    }

    /** @throws IllegalArgumentException when the text is not what {@link #write} makes */
    static TrailRecord read(String text) {
        JsonNode json;
        try {
            json = JSON.readTree(text);
        } catch (IOException e) {
            throw new IllegalArgumentException("not JSON", e);
        }
        if (json == null || !json.isObject()) {
            throw new IllegalArgumentException("not a JSON object");
        }
        return switch (required(json, "kind")) {
            case "call" -> readCall(json);
            case "admin" -> new AdminRecord(uuid(json, "id"), time(json, "at"), required(json, "actor"),
                    text(json, "address"), required(json, "action"), required(json, "objectType"),
                    required(json, "objectId"), text(json, "before"), text(json, "after"), required(json, "requestId"));
            case "checkpoint" -> new Checkpoint(uuid(json, "id"), time(json, "at"), uuid(json, "node"),
                    number(json, "sequence"), required(json, "head"), required(json, "signature"));
            case "retention" -> new RetentionRecord(uuid(json, "id"), time(json, "at"), number(json, "sequence"),
                    required(json, "head"), time(json, "olderThan"));
            default -> throw new IllegalArgumentException("unknown kind of record");
        };
    }

    /** The id of a call's record, without reading the rest; empty for other records. */
    static Optional<UUID> callId(String text) {
        return text.startsWith(CALL_BEGINS)
                ? Optional.of(UUID.fromString(text.substring(CALL_BEGINS.length(), CALL_BEGINS.length() + 36)))
                : Optional.empty();
    }

    private static void call(JsonBytes json, CallRecord call) {
        json.field("traceId", call.traceId()).field("requestId", call.requestId()).field("startedAt", call.startedAt());
        Caller caller = call.caller();
        if (caller != null) {
            json.begin("caller").field("organisationId", caller.organisationId())
                    .field("departmentId", caller.departmentId()).field("departmentName", caller.departmentName())
                    .field("projectId", caller.projectId()).field("projectName", caller.projectName())
                    .field("keyId", caller.keyId()).field("keyName", caller.keyName()).field("userId", caller.userId())
                    .field("userName", caller.userName()).end();
        }
        json.field("clientAddress", call.clientAddress()).field("dialect", call.dialect())
                .field("surface", call.surface()).field("streamed", call.streamed()).field("scenario", call.scenario())
                .field("modelAsked", call.modelAsked()).field("modelServed", call.modelServed())
                .field("upstream", call.upstream()).field("simulated", call.simulated()).field("status", call.status())
                .field("outcome", lower(call.outcome())).field("errorCode", call.errorCode());
        Usage usage = call.usage();
        json.begin("usage").field("inputTokens", usage.inputTokens()).field("outputTokens", usage.outputTokens())
                .field("cachedInputTokens", usage.cachedInputTokens())
                .field("cacheWriteTokens", usage.cacheWriteTokens())
                // Younger than the format, too.
                .field("longCacheWriteTokens", unlessNone(usage.longCacheWriteTokens()))
                .field("reasoningTokens", usage.reasoningTokens())
                .field("audioMillis", usage.audioMillis()).field("images", usage.images())
                .field("characters", usage.characters());
        media(json, usage.media());
        json.field("source", lower(usage.source())).end();
        cost(json, call.cost());
        json.field("firstByteMicros", call.firstByteMicros()).field("totalMicros", call.totalMicros())
                .field("requestSha256", call.requestSha256()).field("replySha256", call.replySha256())
                // Younger than the format: absent, as it is from every older row, it leaves no trace in the bytes.
                .field("instance", call.instance());
        if (!call.attempts().isEmpty()) {
            json.beginList("attempts");
            call.attempts().forEach(attempt -> attempt(json, attempt));
            json.endList();
        }
        Saved saved = call.saved();
        if (saved != null) {
            json.begin("saved").field("inputTokens", saved.inputTokens())
                    .field("outputTokens", saved.outputTokens());
            cost(json, saved.cost());
            json.end();
        }
    }

    private static void cost(JsonBytes json, @Nullable Cost cost) {
        if (cost != null) {
            json.begin("cost").field("amount", cost.amount().toPlainString()).field("currency", cost.currency()).end();
        }
    }

    private static void attempt(JsonBytes json, CallAttempt attempt) {
        json.item().field("upstream", attempt.upstream()).field("model", attempt.model())
                .field("instance", attempt.instance()).field("key", attempt.key()).field("cause", attempt.cause())
                .field("status", attempt.status() == null ? null : attempt.status().longValue())
                .field("startMicros", attempt.startMicros()).field("totalMicros", attempt.totalMicros())
                .field("inputTokens", attempt.inputTokens()).field("outputTokens", attempt.outputTokens());
        cost(json, attempt.cost());
        json.end();
    }

    private static void admin(JsonBytes json, AdminRecord admin) {
        json.field("actor", admin.actor()).field("address", admin.address()).field("action", admin.action())
                .field("objectType", admin.objectType()).field("objectId", admin.objectId())
                .field("before", bounded(admin.before())).field("after", bounded(admin.after()))
                .field("requestId", admin.requestId());
    }

    private static @Nullable String bounded(@Nullable String value) {
        if (value == null
                || value.length() <= LONGEST_VALUE && JsonBytes.lengthOf(value) <= MOST_BYTES_A_VALUE) {
            return value;
        }
        byte[] digest = ChainHead.sha256().digest(value.getBytes(StandardCharsets.UTF_8));
        return "{\"omitted\":true,\"length\":" + value.length() + ",\"sha256\":\""
                + java.util.HexFormat.of().formatHex(digest) + "\"}";
    }

    /** Younger than the format, too. */
    private static void media(JsonBytes json, MediaTokens media) {
        json.field("audioInputTokens", unlessNone(media.audioInput()))
                .field("imageInputTokens", unlessNone(media.imageInput()))
                .field("audioOutputTokens", unlessNone(media.audioOutput()))
                .field("imageOutputTokens", unlessNone(media.imageOutput()));
    }

    private static @Nullable Long unlessNone(long count) {
        return count == 0 ? null : Long.valueOf(count);
    }

    private static CallRecord readCall(JsonNode json) {
        JsonNode usage = object(json, "usage");
        JsonNode caller = json.get("caller");
        return new CallRecord(uuid(json, "id"), required(json, "traceId"), required(json, "requestId"),
                time(json, "startedAt"), caller == null ? null : readCaller(caller), required(json, "clientAddress"),
                required(json, "dialect"), required(json, "surface"), flag(json, "streamed"), text(json, "scenario"),
                text(json, "modelAsked"), text(json, "modelServed"), text(json, "upstream"), flag(json, "simulated"),
                Math.toIntExact(number(json, "status")), constant(Outcome.class, required(json, "outcome")),
                text(json, "errorCode"),
                new Usage(number(usage, "inputTokens"), number(usage, "outputTokens"),
                        number(usage, "cachedInputTokens"), number(usage, "cacheWriteTokens"),
                        count(usage, "longCacheWriteTokens"),
                        number(usage, "reasoningTokens"), number(usage, "audioMillis"), number(usage, "images"),
                        number(usage, "characters"), readMedia(usage),
                        constant(Usage.Source.class, required(usage, "source"))),
                readCost(json.get("cost")),
                json.has("firstByteMicros") ? number(json, "firstByteMicros") : null, number(json, "totalMicros"),
                text(json, "requestSha256"), text(json, "replySha256"), text(json, "instance"), readAttempts(json),
                readSaved(json.get("saved")));
    }

    private static MediaTokens readMedia(JsonNode usage) {
        return new MediaTokens(count(usage, "audioInputTokens"), count(usage, "imageInputTokens"),
                count(usage, "audioOutputTokens"), count(usage, "imageOutputTokens"));
    }

    private static long count(JsonNode usage, String name) {
        return usage.has(name) ? number(usage, name) : 0;
    }

    private static List<CallAttempt> readAttempts(JsonNode json) {
        JsonNode list = json.get("attempts");
        if (list == null) {
            return List.of();
        }
        List<CallAttempt> attempts = new ArrayList<>(list.size());
        for (JsonNode item : list) {
            attempts.add(new CallAttempt(required(item, "upstream"), required(item, "model"), text(item, "instance"),
                    text(item, "key"), required(item, "cause"),
                    item.has("status") ? Math.toIntExact(number(item, "status")) : null, number(item, "startMicros"),
                    number(item, "totalMicros"), number(item, "inputTokens"), number(item, "outputTokens"),
                    readCost(item.get("cost"))));
        }
        return attempts;
    }

    private static @Nullable Saved readSaved(@Nullable JsonNode saved) {
        return saved == null
                ? null
                : new Saved(number(saved, "inputTokens"), number(saved, "outputTokens"), readCost(saved.get("cost")));
    }

    private static @Nullable Cost readCost(@Nullable JsonNode cost) {
        return cost == null ? null : new Cost(new BigDecimal(required(cost, "amount")), required(cost, "currency"));
    }

    private static Caller readCaller(JsonNode json) {
        return new Caller(uuid(json, "organisationId"), uuid(json, "departmentId"), required(json, "departmentName"),
                uuid(json, "projectId"), required(json, "projectName"), uuid(json, "keyId"), required(json, "keyName"),
                json.has("userId") ? uuid(json, "userId") : null, text(json, "userName"));
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String name) {
        return Enum.valueOf(type, name.toUpperCase(Locale.ROOT));
    }

    private static JsonNode object(JsonNode json, String name) {
        JsonNode value = json.get(name);
        if (value == null || !value.isObject()) {
            throw new IllegalArgumentException("the record lacks " + name);
        }
        return value;
    }

    private static @Nullable String text(JsonNode json, String name) {
        JsonNode value = json.get(name);
        return value == null ? null : value.textValue();
    }

    private static String required(JsonNode json, String name) {
        String value = text(json, name);
        if (value == null) {
            throw new IllegalArgumentException("the record lacks " + name);
        }
        return value;
    }

    private static long number(JsonNode json, String name) {
        JsonNode value = json.get(name);
        if (value == null || !value.isIntegralNumber()) {
            throw new IllegalArgumentException("the record lacks " + name);
        }
        return value.longValue();
    }

    private static boolean flag(JsonNode json, String name) {
        JsonNode value = json.get(name);
        if (value == null || !value.isBoolean()) {
            throw new IllegalArgumentException("the record lacks " + name);
        }
        return value.booleanValue();
    }

    private static UUID uuid(JsonNode json, String name) {
        return UUID.fromString(required(json, name));
    }

    private static Instant time(JsonNode json, String name) {
        try {
            return Instant.parse(required(json, name));
        } catch (java.time.DateTimeException e) {
            throw new IllegalArgumentException(name + " is no time", e);
        }
    }

    static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }

}
