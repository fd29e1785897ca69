package org.gatehouse.gateway.dialect.openai;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;

import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;

/** Errors in OpenAI's shape: {@code {"error":{"message","type","param","code"}}}. */
final class OpenAiErrors {
    private static final JsonFactory JSON = new JsonFactory();

    private OpenAiErrors() {}

    static byte[] body(Refusal refusal) {
        return json(refusal).getBytes(StandardCharsets.UTF_8);
    }

    /** In a stream of chunks. */
    static byte[] event(Refusal refusal) {
        return ("data: " + json(refusal) + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    /** In a stream of events that name their type. */
    static byte[] typedEvent(Refusal refusal) {
        return ("event: error\ndata: " + typedJson(refusal) + "\n\n").getBytes(StandardCharsets.UTF_8);
    }

    private static String typedJson(Refusal refusal) {
        StringWriter text = new StringWriter(256);
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("type", "error");
            json.writeStringField("code", refusal.reason().code());
            json.writeStringField("message", refusal.message());
            json.writeNullField("param");
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString();
    }

    private static String json(Refusal refusal) {
        StringWriter text = new StringWriter(256);
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeObjectFieldStart("error");
            json.writeStringField("message", refusal.message());
            json.writeStringField("type", typeOf(refusal.reason()));
            if (refusal.param() == null) {
                json.writeNullField("param");
            } else {
                json.writeStringField("param", refusal.param());
            }
            json.writeStringField("code", refusal.reason().code());
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString();
    }

    /** OpenAI's coarse classes; client libraries look at the status and the code. */
    private static String typeOf(Reason reason) {
        return switch (reason) {
            case INVALID_API_KEY, MODEL_NOT_FOUND, ROUTE_LOOPS, NOT_FOUND, UNKNOWN_PATH, METHOD_NOT_ALLOWED,
                    INVALID_REQUEST,
                    CONTEXT_TOO_LONG,
                    REQUEST_TIMEOUT, UPGRADE_REQUIRED,
                    REQUEST_TOO_LARGE, CONTENT_POLICY ->
                "invalid_request_error";
            case MODEL_NOT_ALLOWED, ADDRESS_NOT_ALLOWED, ENDPOINT_NOT_ALLOWED -> "permission_error";
            case RATE_LIMITED, MODEL_BUSY -> "rate_limit_error";
            case QUOTA_USED_UP -> "insufficient_quota";
            case UPSTREAM_ERROR, UPSTREAM_TIMEOUT, NO_HEALTHY_UPSTREAM, UNAVAILABLE -> "server_error";
        };
    }
}
