package org.gatehouse.bench.load;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** What a client speaks: where its calls go, and by what a stream's end is known. Immutable. */
enum Dialect {
    /** OpenAI's chat completions. */
    CHAT(Target.CHAT, "data: [DONE]"),
    /** Anthropic's messages. */
    MESSAGES("/v1/messages", "event: message_stop");

    private final String path;
    private final byte[] lastWords;

    Dialect(String path, String lastWords) {
        this.path = path;
        this.lastWords = lastWords.getBytes(StandardCharsets.US_ASCII);
    }

    /** As options name it: in lower case. */
    static Dialect named(String name) {
        for (Dialect dialect : values()) {
            if (dialect.name().toLowerCase(Locale.ROOT).equals(name)) {
                return dialect;
            }
        }
        throw new UsageException("'" + name + "' is not a dialect: use chat or messages");
    }

    String path() {
        return path;
    }

    /** Whether a stream whose last bytes these are has said all. */
    boolean isOver(byte[] tail, int length) {
        for (int at = length - lastWords.length; at >= 0; at--) {
            if (tail[at] == lastWords[0] && is(tail, at)) {
                return true;
            }
        }
        return false;
    }

    private boolean is(byte[] tail, int at) {
        for (int i = 0; i < lastWords.length; i++) {
            if (tail[at + i] != lastWords[i]) {
                return false;
            }
        }
        return true;
    }

    /** A request of one user's message; every dialect here knows these fields by these names. */
    String request(String model, String prompt, int maxTokens, boolean stream) {
        return switch (this) {
            case CHAT -> RequestTemplate.chat(model, prompt, maxTokens, stream);
            // Anthropic wants a cap, and tells usage without being asked.
            case MESSAGES -> "{\"model\":" + Json.quote(model) + ",\"max_tokens\":" + (maxTokens > 0 ? maxTokens : 1024)
                    + ",\"messages\":[{\"role\":\"user\",\"content\":" + Json.quote(prompt) + "}]"
                    + (stream ? ",\"stream\":true}" : "}");
        };
    }
}
