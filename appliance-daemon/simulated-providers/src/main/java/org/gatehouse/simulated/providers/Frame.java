package org.gatehouse.simulated.providers;

import java.nio.charset.StandardCharsets;

/**
 * A piece of a streamed reply that goes out at once.
 *
 * @param bytes one or more whole events
 * @param tokens output tokens that it carries
 * @param closing whether it belongs to the end that tells a reader that all is there
 */
@SuppressWarnings("ArrayRecordComponent")
record Frame(byte[] bytes, int tokens, boolean closing) {

    static Frame opening(String text) {
        return new Frame(text.getBytes(StandardCharsets.UTF_8), 0, false);
    }

    static Frame content(String text, int tokens) {
        return new Frame(text.getBytes(StandardCharsets.UTF_8), tokens, false);
    }

    static Frame closing(String text) {
        return new Frame(text.getBytes(StandardCharsets.UTF_8), 0, true);
    }
}
