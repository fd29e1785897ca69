package org.gatehouse.gateway.protocol.converse;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ProviderError;
import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.protocol.RetryAfter;
import org.gatehouse.gateway.protocol.json.JsonTrees;

/** Bedrock's errors: the type in a header or in the event's own type, the message in the body. */
final class ConverseErrors {
    /** A day's tokens come back at midnight; asking once an hour is enough. */
    private static final Duration DAILY_QUOTA = Duration.ofHours(1);
    private static final int MAX_MESSAGE = 1_000;

    private ConverseErrors() {}

    static ProviderError read(int status, Map<String, String> headers, byte[] body) {
        ObjectNode tree = JsonTrees.readObject(body);
        String type = headers.getOrDefault("x-amzn-errortype", "");
        if (type.isEmpty() && tree != null) {
            type = tree.path("__type").asText("");
        }
        return read(status, plain(type), message(tree, body, status), RetryAfter.of(headers));
    }

    /** An exception inside a stream. */
    static ProviderError inStream(String type, byte[] data) {
        String name = plain(type);
        int status = switch (name.toLowerCase(Locale.ROOT)) {
            case "throttlingexception" -> 429;
            case "validationexception" -> 400;
            case "modelstreamerrorexception" -> 424;
            case "serviceunavailableexception" -> 503;
            default -> 500;
        };
        return read(status, name, message(JsonTrees.readObject(data), data, status), null);
    }

    private static ProviderError read(int status, String type, String message, @Nullable Duration wait) {
        String words = message.toLowerCase(Locale.ROOT);
        Cause cause = cause(status, type.toLowerCase(Locale.ROOT), words);
        boolean daily = cause == Cause.RATE_LIMITED && words.contains("per day");
        Duration least = daily && (wait == null || wait.compareTo(DAILY_QUOTA) < 0) ? DAILY_QUOTA : wait;
        return new ProviderError(cause, status, message, type.isEmpty() ? null : type, null, least);
    }

    /** {@code com.amazon.coral#ThrottlingException:http://…}: only the name. */
    private static String plain(String type) {
        int colon = type.indexOf(':');
        String name = colon < 0 ? type : type.substring(0, colon);
        return name.substring(name.lastIndexOf('#') + 1).strip();
    }

    private static String message(@Nullable ObjectNode tree, byte[] body, int status) {
        String text = tree == null
                ? new String(body, 0, Math.min(body.length, MAX_MESSAGE), StandardCharsets.UTF_8).strip()
                : tree.path("message").asText(tree.path("Message").asText(""));
        if (text.isBlank() || text.startsWith("<")) {
            return "status " + status;
        }
        return text.length() <= MAX_MESSAGE ? text : text.substring(0, MAX_MESSAGE) + "…";
    }

    private static Cause cause(int status, String type, String message) {
        return switch (type) {
            case "throttlingexception", "servicequotaexceededexception", "toomanyrequestsexception" ->
                Cause.RATE_LIMITED;
            case "modeltimeoutexception" -> Cause.TIMEOUT;
            case "modelnotreadyexception", "serviceunavailableexception" -> Cause.OVERLOADED;
            case "modelerrorexception", "modelstreamerrorexception", "internalserverexception" -> Cause.SERVER_ERROR;
            case "resourcenotfoundexception" -> Cause.NOT_FOUND;
            case "accessdeniedexception" -> message.contains("payment") || message.contains("marketplace subscription")
                    ? Cause.OUT_OF_MONEY
                    : Cause.PERMISSION;
            case "unrecognizedclientexception", "invalidsignatureexception", "expiredtokenexception",
                    "incompletesignatureexception", "missingauthenticationtokenexception" ->
                Cause.AUTHENTICATION;
            case "validationexception" -> validation(message);
            default -> byStatus(status, message);
        };
    }

    private static Cause byStatus(int status, String message) {
        return switch (status) {
            case 400, 422 -> validation(message);
            case 401 -> Cause.AUTHENTICATION;
            case 402 -> Cause.OUT_OF_MONEY;
            case 403 -> message.contains("token") || message.contains("signature")
                    ? Cause.AUTHENTICATION
                    : Cause.PERMISSION;
            case 404 -> Cause.NOT_FOUND;
            case 408, 504 -> Cause.TIMEOUT;
            case 413 -> Cause.TOO_LARGE;
            case 429 -> Cause.RATE_LIMITED;
            case 503, 529 -> Cause.OVERLOADED;
            default -> status < 500 && status != 424 ? Cause.INVALID_REQUEST : Cause.SERVER_ERROR;
        };
    }

    private static Cause validation(String message) {
        if (message.contains("too long") || message.contains("too many input tokens")
                || message.contains("maximum context length") || message.contains("exceeds the maximum number of")) {
            return Cause.CONTEXT_TOO_LONG;
        }
        return message.contains("model identifier is invalid") ? Cause.NOT_FOUND : Cause.INVALID_REQUEST;
    }
}
