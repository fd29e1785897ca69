package org.gatehouse.gateway.protocol.anthropic;

import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ProviderError;
import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.protocol.RetryAfter;

/** Reads errors, whoever wrote them: the service, a proxy before it that sends a page, or something else entirely. */
final class ErrorReader {
    private static final int LONGEST_MESSAGE = 2000;
    /** The field stands in front of the message: {@code messages.0.content: …}. */
    private static final Pattern FIELD = Pattern.compile("^([a-z_]+(?:\\.[A-Za-z0-9_]+)*): ");
    /**
     * An account that has no money, or may spend no more of it, is told with the status and type of other errors: 400 with
     * invalid_request_error, 429 with rate_limit_error.
     */
    private static final List<String> NO_MONEY = List.of("credit balance is too low", "enforced_spend_limit_reached",
            "spend limit", "spending limit", "api usage limits", "insufficient credit", "billing_error");
    private static final List<String> TOO_LONG = List.of("prompt is too long", "exceed context limit",
            "context window", "maximum context length", "context_length_exceeded");

    private ErrorReader() {}

    static ProviderError read(int status, Map<String, String> headers, byte[] body, Clock clock) {
        JsonNode tree = Trees.treeIn(body);
        if (tree != null && tree.isArray()) {
            tree = tree.path(0);
        }
        JsonNode error = tree == null ? null : Trees.field(tree, "error");
        ProviderError read = error == null
                ? told(status, tree == null ? Trees.object() : tree)
                : told(status, error);
        return read.after(RetryAfter.of(headers, "", clock));
    }

    /** An error inside a stream, whose status was good. */
    static ProviderError inStream(JsonNode error) {
        return told(statusOf(Trees.text(error, "type")), error);
    }

    private static ProviderError told(int status, JsonNode error) {
        String type = Trees.text(error, "type");
        String message = message(status, error);
        Matcher field = FIELD.matcher(message);
        String code = type.isEmpty() || type.equals("error") ? null : Shown.of(type);
        String words = (message + ' ' + Trees.text(error, "code") + ' ' + error.path("details") + ' ' + type)
                .toLowerCase(Locale.ROOT);
        return new ProviderError(cause(status, type, words), status, message, code,
                field.find() ? field.group(1) : null,
                null);
    }

    private static String message(int status, JsonNode error) {
        String message = error.isTextual() ? error.textValue() : Trees.text(error, "message");
        if (message.isBlank()) {
            message = Trees.text(error, "detail");
        }
        if (message.isBlank()) {
            return "The provider answered with status " + status + " and did not say why.";
        }
        return message.length() <= LONGEST_MESSAGE ? message : message.substring(0, LONGEST_MESSAGE) + "…";
    }

    private static Cause cause(int status, String type, String words) {
        if (status < 500 && holds(words, NO_MONEY)) {
            return Cause.OUT_OF_MONEY;
        }
        return switch (type) {
            case "invalid_request_error", "BadRequestError" -> invalid(status, words);
            case "authentication_error" -> Cause.AUTHENTICATION;
            case "permission_error" -> Cause.PERMISSION;
            case "not_found_error" -> Cause.NOT_FOUND;
            case "request_too_large" -> Cause.TOO_LARGE;
            case "rate_limit_error" -> Cause.RATE_LIMITED;
            case "timeout_error" -> Cause.TIMEOUT;
            case "overloaded_error" -> Cause.OVERLOADED;
            default -> byStatus(status, words);
        };
    }

    private static Cause invalid(int status, String words) {
        if (status == 413) {
            return Cause.TOO_LARGE;
        }
        if (holds(words, TOO_LONG) || words.contains("input length and `max_tokens` exceed")) {
            return Cause.CONTEXT_TOO_LONG;
        }
        return words.contains("content filtering") ? Cause.CONTENT_POLICY : Cause.INVALID_REQUEST;
    }

    private static Cause byStatus(int status, String words) {
        return switch (status) {
            case 401 -> Cause.AUTHENTICATION;
            case 402 -> Cause.OUT_OF_MONEY;
            case 403 -> Cause.PERMISSION;
            case 404, 405 -> Cause.NOT_FOUND;
            case 408, 504, 524 -> Cause.TIMEOUT;
            case 413 -> Cause.TOO_LARGE;
            case 429 -> Cause.RATE_LIMITED;
            case 503, 529 -> Cause.OVERLOADED;
            default -> {
                if (status >= 400 && status < 500) {
                    yield invalid(status, words);
                }
                yield status >= 500 ? Cause.SERVER_ERROR : Cause.BROKEN_ANSWER;
            }
        };
    }

    private static int statusOf(@Nullable String type) {
        return switch (type) {
            case "invalid_request_error" -> 400;
            case "authentication_error" -> 401;
            case "billing_error" -> 402;
            case "permission_error" -> 403;
            case "not_found_error" -> 404;
            case "request_too_large" -> 413;
            case "rate_limit_error" -> 429;
            case "timeout_error" -> 504;
            case "overloaded_error" -> 529;
            case null, default -> 500;
        };
    }

    private static boolean holds(String words, List<String> any) {
        return any.stream().anyMatch(words::contains);
    }
}
