package org.gatehouse.gateway.protocol.gemini;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ProviderError;
import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.protocol.RetryAfter;
import org.gatehouse.gateway.protocol.json.JsonTrees;

/** Google's errors: {@code google.rpc.Status} in JSON, sometimes the only item of a list. */
final class GeminiErrors {
    /** A day's quota comes back at midnight in California, whatever the provider's own hint says. */
    private static final Duration DAILY_QUOTA = Duration.ofHours(1);
    private static final Pattern KEY = Pattern.compile("AIza[0-9A-Za-z_-]{20,}");
    private static final int MAX_MESSAGE = 1_000;

    private GeminiErrors() {}

    static boolean isError(JsonNode answer) {
        return unwrapped(answer).has("error");
    }

    private static JsonNode unwrapped(JsonNode answer) {
        return answer.isArray() && !answer.isEmpty() ? answer.get(0) : answer;
    }

    static ProviderError read(int status, Map<String, String> headers, byte[] body) {
        JsonNode tree = JsonTrees.read(body, 0, body.length);
        if (tree == null) {
            String text = new String(body, 0, Math.min(body.length, MAX_MESSAGE), StandardCharsets.UTF_8).strip();
            ObjectNode plain = JsonTrees.object();
            // A load balancer's page is no message.
            plain.putObject("error").put("message", text.startsWith("<") ? "" : text);
            tree = plain;
        }
        return read(tree, status, headers);
    }

    /**
     * Reads an error.
     *
     * @param status of the reply; 0 inside a stream, where the error itself names one
     */
    static ProviderError read(JsonNode answer, int status, Map<String, String> headers) {
        JsonNode error = unwrapped(answer).path("error");
        int code = status > 0 ? status : error.path("code").asInt(500);
        String name = error.path("status").asText("");
        String message = message(error, code);
        Details details = Details.of(error.path("details"));
        Cause cause = cause(code, name, message.toLowerCase(Locale.ROOT), details);
        Duration wait = details.retryDelay();
        Duration header = RetryAfter.of(headers);
        if (header != null && (wait == null || header.compareTo(wait) > 0)) {
            wait = header;
        }
        if (cause == Cause.RATE_LIMITED && details.daily() && (wait == null || wait.compareTo(DAILY_QUOTA) < 0)) {
            wait = DAILY_QUOTA;
        }
        String shown = details.reason().isEmpty() ? name : details.reason();
        return new ProviderError(cause, code, message, shown.isEmpty() ? null : shown, details.field(), wait);
    }

    private static String message(JsonNode error, int code) {
        // Some proxies in front of Google send a bare string.
        String text = error.isTextual() ? error.asText() : error.path("message").asText("");
        if (text.isBlank()) {
            return "status " + code;
        }
        String shown = KEY.matcher(text).replaceAll("(key)");
        return shown.length() <= MAX_MESSAGE ? shown : shown.substring(0, MAX_MESSAGE) + "…";
    }

    private static Cause cause(int code, String name, String message, Details details) {
        String reason = details.reason();
        if (reason.equals("API_KEY_INVALID") || reason.equals("API_KEY_EXPIRED")
                || message.contains("api key not valid")
                || message.contains("api key expired") || message.contains("reported as leaked")) {
            return Cause.AUTHENTICATION;
        }
        // The everyday text of a full quota says "billing details" too, so that word alone shows nothing.
        if (code == 402 || reason.equals("BILLING_DISABLED") || message.contains("spending cap")
                || message.contains("credits are depleted") || message.contains("enable billing")
                || message.contains("billing to be enabled") || message.contains("requires billing")) {
            return Cause.OUT_OF_MONEY;
        }
        return switch (code) {
            case 400, 422 -> tooLong(message)
                    ? Cause.CONTEXT_TOO_LONG
                    : name.equals("FAILED_PRECONDITION") && message.contains("location")
                            ? Cause.PERMISSION
                            : Cause.INVALID_REQUEST;
            case 401 -> Cause.AUTHENTICATION;
            case 403 -> name.equals("UNAUTHENTICATED") ? Cause.AUTHENTICATION : Cause.PERMISSION;
            case 404 -> Cause.NOT_FOUND;
            case 408, 504 -> Cause.TIMEOUT;
            case 413 -> Cause.TOO_LARGE;
            // A quota of nothing: this account has none of it, and waiting changes nothing.
            case 429 -> details.none() ? Cause.OUT_OF_MONEY : Cause.RATE_LIMITED;
            case 503, 529 -> Cause.OVERLOADED;
            default -> code < 500
                    ? Cause.INVALID_REQUEST
                    : message.contains("overloaded") ? Cause.OVERLOADED : Cause.SERVER_ERROR;
        };
    }

    private static boolean tooLong(String message) {
        return message.contains("token") && (message.contains("exceeds the maximum")
                || message.contains("exceeds the limit") || message.contains("exceed the limit")
                || message.contains("too long") || message.contains("maximum number of tokens"));
    }

    /** An error as a client of Google's expects it, without details. */
    static byte[] body(ProviderError error) {
        ObjectNode body = JsonTrees.object();
        int code = switch (error.cause()) {
            case INVALID_REQUEST, UNSUPPORTED, CONTEXT_TOO_LONG, CONTENT_POLICY -> 400;
            case TOO_LARGE -> 413;
            case NOT_FOUND -> 404;
            case RATE_LIMITED, OUT_OF_MONEY -> 429;
            // The box's key, not the client's.
            case AUTHENTICATION, PERMISSION, SERVER_ERROR, BROKEN_ANSWER -> 502;
            case OVERLOADED -> 503;
            case TIMEOUT -> 504;
        };
        body.putObject("error").put("code", code).put("message", error.message()).put("status", switch (code) {
            case 400, 413 -> "INVALID_ARGUMENT";
            case 404 -> "NOT_FOUND";
            case 429 -> "RESOURCE_EXHAUSTED";
            case 503 -> "UNAVAILABLE";
            case 504 -> "DEADLINE_EXCEEDED";
            default -> "INTERNAL";
        });
        return JsonTrees.bytes(body);
    }

    /**
     * What the details say.
     *
     * @param daily whether a quota of a day is used up, rather than one of a minute
     * @param none whether a quota of nothing was exceeded
     */
    private record Details(String reason, @Nullable Duration retryDelay, boolean daily, boolean none,
            @Nullable String field) {

        static Details of(JsonNode details) {
            String reason = "";
            Duration wait = null;
            boolean daily = false;
            boolean none = false;
            String field = null;
            for (JsonNode detail : details) {
                String type = detail.path("@type").asText("");
                if (type.endsWith("ErrorInfo")) {
                    reason = detail.path("reason").asText("");
                } else if (type.endsWith("RetryInfo")) {
                    wait = RetryAfter.duration(detail.path("retryDelay").asText(""));
                } else if (type.endsWith("QuotaFailure")) {
                    for (JsonNode violation : detail.path("violations")) {
                        daily |= violation.path("quotaId").asText("").contains("PerDay");
                        none |= violation.path("quotaValue").asText("").equals("0");
                    }
                } else if (type.endsWith("BadRequest")) {
                    JsonNode first = detail.path("fieldViolations").path(0).path("field");
                    field = first instanceof MissingNode ? null : first.asText();
                }
            }
            return new Details(reason, wait, daily, none, field);
        }
    }
}
