package org.gatehouse.simulated.providers;

import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;

/** What goes back to the caller. */
sealed interface Reply {

    Bill bill();

    /** A reply in one piece. */
    @SuppressWarnings("ArrayRecordComponent")
    record Whole(int status, String contentType, byte[] body, Bill bill) implements Reply {

        static Whole json(int status, JsonNode body) {
            return new Whole(status, "application/json", Json.bytes(body), Bill.NONE);
        }

        static Whole json(JsonNode body, Bill bill) {
            return new Whole(200, "application/json", Json.bytes(body), bill);
        }
    }

    /** A reply in pieces, each sent when its tokens are "made". */
    record Streamed(String contentType, List<Frame> frames, Bill bill) implements Reply {}
}
