package org.gatehouse.gateway.dialect.anthropic;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;

/**
 * Errors in Anthropic's shape: {@code {"type":"error","error":{"type","message"}}}. Its client libraries know a fixed set of
 * types; the contract's own code stands beside it, where they ignore it.
 */
final class AnthropicErrors {
    private static final JsonFactory JSON = new JsonFactory();

    private AnthropicErrors() {}

    static byte[] body(Refusal refusal) {
        return json(refusal).getBytes(StandardCharsets.UTF_8);
    }

    /** In a stream. */
    static byte[] event(Refusal refusal) {
        return ("event: error\ndata: " + json(refusal) + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    private static String json(Refusal refusal) {
        StringWriter text = new StringWriter(256);
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("type", "error");
            json.writeObjectFieldStart("error");
            json.writeStringField("type", typeOf(refusal.reason()));
            json.writeStringField("message", refusal.message());
            json.writeStringField("code", refusal.reason().code());
            if (refusal.param() != null) {
                json.writeStringField("param", refusal.param());
            }
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString();
    }

    private static String typeOf(Reason reason) {
        return switch (reason) {
            case INVALID_REQUEST, CONTEXT_TOO_LONG, METHOD_NOT_ALLOWED, UPGRADE_REQUIRED, CONTENT_POLICY ->
                "invalid_request_error";
            case INVALID_API_KEY -> "authentication_error";
            case MODEL_NOT_ALLOWED, ADDRESS_NOT_ALLOWED, ENDPOINT_NOT_ALLOWED -> "permission_error";
            case MODEL_NOT_FOUND, ROUTE_LOOPS, NOT_FOUND, UNKNOWN_PATH -> "not_found_error";
            case REQUEST_TOO_LARGE -> "request_too_large";
            // The type that goes with 429, whatever was used up.
            case RATE_LIMITED, QUOTA_USED_UP, MODEL_BUSY -> "rate_limit_error";
            case REQUEST_TIMEOUT, UPSTREAM_TIMEOUT -> "timeout_error";
            // Anthropic answers 529 with it, and its clients wait and try again.
            case NO_HEALTHY_UPSTREAM, UNAVAILABLE -> "overloaded_error";
            case UPSTREAM_ERROR -> "api_error";
        };
    }
}
