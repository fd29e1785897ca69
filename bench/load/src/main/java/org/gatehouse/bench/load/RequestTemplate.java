package org.gatehouse.bench.load;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The bytes of a POST, made once. The mark {@value #SEQUENCE} in the body becomes a number of the same width in each
 * copy, so that no two requests are alike where a cache must not help. Immutable.
 */
final class RequestTemplate {
    /** Twelve characters that are replaced by twelve digits. */
    static final String SEQUENCE = "{{sequence}}";

    private final byte[] bytes;
    private final int sequenceAt;

    private RequestTemplate(byte[] bytes, int sequenceAt) {
        this.bytes = bytes;
        this.sequenceAt = sequenceAt;
    }

    /** A POST of this JSON to the target, on a connection that stays open. */
    static RequestTemplate post(Target target, String json) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        byte[] head = (target.head("POST") + "Content-Type: application/json\r\nAccept: */*\r\nContent-Length: "
                + body.length + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        byte[] bytes = new byte[head.length + body.length];
        System.arraycopy(head, 0, bytes, 0, head.length);
        System.arraycopy(body, 0, bytes, head.length, body.length);
        int mark = json.indexOf(SEQUENCE);
        int at = mark < 0 ? -1 : head.length + json.substring(0, mark).getBytes(StandardCharsets.UTF_8).length;
        return new RequestTemplate(bytes, at);
    }

    /** The request with this number in its mark; the shared bytes themselves if it has no mark. Do not write into it. */
    byte[] numbered(long number) {
        if (sequenceAt < 0) {
            return bytes;
        }
        byte[] copy = bytes.clone();
        long rest = number;
        for (int i = sequenceAt + SEQUENCE.length() - 1; i >= sequenceAt; i--) {
            copy[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return copy;
    }

    /**
     * A chat request.
     *
     * @param model the model asked for
     * @param prompt the user's message; directives of the simulated engine stand in it
     * @param maxTokens the output cap, 0 for none
     * @param stream whether the reply is streamed, with usage at its end
     */
    static String chat(String model, String prompt, int maxTokens, boolean stream) {
        StringBuilder json = new StringBuilder(128 + prompt.length());
        json.append("{\"model\":").append(Json.quote(model))
                .append(",\"messages\":[{\"role\":\"user\",\"content\":").append(Json.quote(prompt)).append("}]");
        if (maxTokens > 0) {
            json.append(",\"max_tokens\":").append(maxTokens);
        }
        if (stream) {
            json.append(",\"stream\":true,\"stream_options\":{\"include_usage\":true}");
        }
        return json.append('}').toString();
    }

    /** The directive that makes the simulated engine answer with so many tokens at that pace, after that wait. */
    static String directive(int tokens, double tokenMillis, double firstMillis) {
        return String.format(Locale.ROOT, "[[sim tokens=%d token-ms=%s first-token-ms=%s]]", tokens,
                number(tokenMillis),
                number(firstMillis));
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
