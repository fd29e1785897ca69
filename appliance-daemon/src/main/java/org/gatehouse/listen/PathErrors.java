package org.gatehouse.listen;

import java.nio.charset.StandardCharsets;

import com.fasterxml.jackson.core.io.JsonStringEncoder;

/**
 * Error bodies by path: OpenAI's error object under {@code /v1}, problem details (RFC 9457) under {@code /api}, a line of text elsewhere.
 */
public final class PathErrors implements TransportErrorRenderer {
    private static final String JSON = "application/json";

    @Override
    public Rendered render(int status, String path, String reason) {
        if (under(path, "/v1")) {
            return text(JSON,
                    "{\"error\":{\"message\":" + quoted(reason) + ",\"type\":\"" + type(status)
                            + "\",\"param\":null,\"code\":\""
                            + code(status) + "\"}}");
        }
        if (under(path, "/api")) {
            return text("application/problem+json",
                    "{\"type\":\"about:blank\",\"title\":\"" + code(status).replace('_', ' ') + "\",\"status\":"
                            + status + ",\"detail\":" + quoted(reason) + "}");
        }
        return text("text/plain; charset=utf-8", reason + "\n");
    }

    /**
     * The machine-readable name of an error status.
     *
     * @param status an HTTP status, 400 to 599
     */
    public static String code(int status) {
        return switch (status) {
            case 404 -> "not_found";
            case 405 -> "method_not_allowed";
            case 408 -> "request_timeout";
            case 413 -> "request_too_large";
            case 414 -> "uri_too_long";
            case 415 -> "unsupported_media_type";
            case 431 -> "request_headers_too_large";
            case 503 -> "service_unavailable";
            case 505 -> "http_version_not_supported";
            default -> status < 500 ? "invalid_request_error" : "internal_error";
        };
    }

    private static String type(int status) {
        return status < 500 ? "invalid_request_error" : "server_error";
    }

    private static boolean under(String path, String root) {
        return path.startsWith(root) && (path.length() == root.length() || path.charAt(root.length()) == '/');
    }

    private static String quoted(String text) {
        return "\"" + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"";
    }

    private static Rendered text(String contentType, String body) {
        return new Rendered(contentType, body.getBytes(StandardCharsets.UTF_8));
    }
}
