package org.gatehouse.gateway.protocol.openai;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ProviderError;
import org.gatehouse.gateway.protocol.RetryAfter;

/**
 * Reads errors in the shapes that OpenAI and those compatible with it send: {@code {"error":{…}}}, the same in an array
 * (Google), a string instead of the object, the fields without {@code error} (vLLM, Mistral), FastAPI's {@code detail}, and
 * pages of a proxy in between.
 *
 * @param clock against which a date is held
 */
record ErrorReader(InstantSource clock) {

    /** Reads the body of a bad status. */
    ProviderError read(int status, Map<String, String> headers, byte[] body) {
        return read(status, headers, body, 0, body.length);
    }

    /** Reads an error that came inside a stream. */
    ProviderError inStream(byte[] data, int from, int to) {
        return read(200, Map.of(), data, from, to);
    }

    private ProviderError read(int status, Map<String, String> headers, byte[] body, int from, int to) {
        JsonNode tree;
        try {
            tree = JsonText.tree(body, from, to);
        } catch (IOException _) {
            return of(status, headers, noJson(body, from, to, status), null, null, null, "");
        }
        return of(status, headers, tree);
    }

    /** Reads an error that is a tree already. */
    ProviderError of(int status, Map<String, String> headers, JsonNode tree) {
        JsonNode whole = tree.isArray() && !tree.isEmpty() ? tree.get(0) : tree;
        JsonNode error = whole.path("error");
        if (error.isTextual()) {
            return of(status, headers, error.textValue(), text(whole.path("code")), text(whole.path("type")), null, "");
        }
        error = error.isObject() ? error : whole.isObject() ? whole : JsonText.NODES.objectNode();
        String message = JsonText.textOrJson(error.path("message"));
        if (message.isEmpty()) {
            message = JsonText.textOrJson(error.path("detail"));
        }
        JsonNode code = error.path("code");
        // vLLM and Google give the status as the code.
        int told = code.isInt() ? code.intValue() : error.path("status").isInt() ? error.path("status").intValue() : 0;
        int known = status >= 400 ? status : told >= 400 && told < 600 ? told : status;
        String inner = error.path("innererror").path("code").asText("");
        if (inner.isEmpty()) {
            inner = error.path("status").asText("");
        }
        return of(known, headers, message, code.isTextual() ? code.textValue() : null, text(error.path("type")),
                text(error.path("param")), inner);
    }

    private ProviderError of(int status, Map<String, String> headers, String message, @Nullable String code,
            @Nullable String type, @Nullable String param, String inner) {
        ProviderError.Cause cause = ErrorCauses.of(status, code == null ? "" : code, type == null ? "" : type, inner,
                message);
        String masked = Secrets.mask(message);
        String words = masked.isBlank()
                ? "The provider answered with status " + status + " and said no more."
                : masked;
        return new ProviderError(cause, status >= 400 ? status : ErrorCauses.statusOf(cause), words,
                code != null ? code : type, param, RetryAfter.of(headers, message, clock));
    }

    private static String noJson(byte[] body, int from, int to, int status) {
        String text = new String(body, from, Math.min(to - from, 2000), StandardCharsets.UTF_8).strip();
        if (text.startsWith("<")) {
            return "The provider, or a proxy before it, answered with a page of HTML and status " + status + ".";
        }
        return text;
    }

    private static @Nullable String text(JsonNode node) {
        return node.isTextual() && !node.textValue().isEmpty() ? node.textValue() : null;
    }
}
