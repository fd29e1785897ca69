package org.gatehouse.gateway.dialect.gemini;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;

/** Errors in Google's shape, {@code google.rpc.Status} in JSON: {@code {"error":{"code","message","status","details"}}}. */
final class GoogleErrors {
    private static final JsonFactory JSON = new JsonFactory();

    private GoogleErrors() {}

    static byte[] body(Refusal refusal) {
        return json(refusal);
    }

    static byte[] event(Refusal refusal) {
        ByteArrayOutputStream event = new ByteArrayOutputStream(256);
        event.writeBytes("data: ".getBytes(StandardCharsets.US_ASCII));
        event.writeBytes(json(refusal));
        event.writeBytes("\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return event.toByteArray();
    }

    private static byte[] json(Refusal refusal) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeObjectFieldStart("error");
            json.writeNumberField("code", refusal.reason().status());
            json.writeStringField("message", refusal.message());
            json.writeStringField("status", status(refusal.reason()));
            json.writeArrayFieldStart("details");
            json.writeStartObject();
            json.writeStringField("@type", "type.googleapis.com/google.rpc.ErrorInfo");
            // The contract's stable code, in the form that Google's reasons have.
            json.writeStringField("reason", refusal.reason().name());
            json.writeStringField("domain", "gatehouse");
            json.writeEndObject();
            if (refusal.param() != null) {
                json.writeStartObject();
                json.writeStringField("@type", "type.googleapis.com/google.rpc.BadRequest");
                json.writeArrayFieldStart("fieldViolations");
                json.writeStartObject();
                json.writeStringField("field", refusal.param());
                json.writeStringField("description", refusal.message());
                json.writeEndObject();
                json.writeEndArray();
                json.writeEndObject();
            }
            if (refusal.retryAfter() != null) {
                json.writeStartObject();
                json.writeStringField("@type", "type.googleapis.com/google.rpc.RetryInfo");
                json.writeStringField("retryDelay",
                        Math.max(1, refusal.retryAfter().plusMillis(999).toSeconds()) + "s");
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    /** The names of {@code google.rpc.Code}; client libraries look at the status of the reply and at these. */
    private static String status(Reason reason) {
        return switch (reason) {
            case INVALID_API_KEY -> "UNAUTHENTICATED";
            case MODEL_NOT_ALLOWED, ADDRESS_NOT_ALLOWED, ENDPOINT_NOT_ALLOWED -> "PERMISSION_DENIED";
            case MODEL_NOT_FOUND, ROUTE_LOOPS, NOT_FOUND, UNKNOWN_PATH -> "NOT_FOUND";
            case METHOD_NOT_ALLOWED, UPGRADE_REQUIRED, INVALID_REQUEST, CONTEXT_TOO_LONG, REQUEST_TOO_LARGE,
                    CONTENT_POLICY ->
                "INVALID_ARGUMENT";
            case RATE_LIMITED, QUOTA_USED_UP, MODEL_BUSY -> "RESOURCE_EXHAUSTED";
            case REQUEST_TIMEOUT, UPSTREAM_TIMEOUT -> "DEADLINE_EXCEEDED";
            case UPSTREAM_ERROR -> "INTERNAL";
            case NO_HEALTHY_UPSTREAM, UNAVAILABLE -> "UNAVAILABLE";
        };
    }
}
