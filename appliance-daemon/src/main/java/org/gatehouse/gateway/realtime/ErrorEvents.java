package org.gatehouse.gateway.realtime;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.exchange.Dialect;
import org.gatehouse.gateway.exchange.Refusal;

/** What the box itself says inside of a session: {@code error} events in Realtime's shape. */
final class ErrorEvents {

    private ErrorEvents() {}

    /**
     * A refusal, in the words that the same refusal has over HTTP.
     *
     * @param event of the client that it speaks of
     */
    static String of(Dialect dialect, Refusal refusal, @Nullable String event) {
        // {"error":{…}}: what that object holds comes behind what an event has besides.
        String body = new String(dialect.errorBody(refusal), StandardCharsets.UTF_8);
        String fields = body.substring(body.indexOf('{', 1) + 1);
        return head() + "{\"event_id\":" + quoted(event) + "," + fields;
    }

    /** Something that no call over HTTP meets. */
    static String of(String type, String code, String message) {
        return head() + "{\"event_id\":null,\"message\":" + quoted(message) + ",\"type\":" + quoted(type)
                + ",\"param\":null,\"code\":" + quoted(code) + "}}";
    }

    private static String head() {
        return "{\"type\":\"error\",\"event_id\":\"event_" + UUID.randomUUID().toString().replace("-", "")
                + "\",\"error\":";
    }

    private static String quoted(@Nullable String text) {
        return text == null ? "null" : '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
    }
}
