package org.gatehouse.batch.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.dialect.openai.HeaderParameters;

/**
 * Reads a multipart/form-data body (RFC 7578) while it comes, wherever its pieces end; holds a part's head and no more than a
 * delimiter's length of its content. Takes only forms that can be read in one way. Not thread-safe.
 */
final class FormStream {
    private static final int LONGEST_HEAD = 8 << 10;
    private static final int MOST_PARTS = 20;
    private static final byte[] LINE_END = "\r\n".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] HEAD_END = "\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
    private static final byte[] LAST = "--".getBytes(StandardCharsets.ISO_8859_1);

    /** Gets the parts, in their order. */
    interface Parts {
        /**
         * A part begins.
         *
         * @param fileName for a file
         * @return whether it is wanted; else the rest of the form is of no use
         */
        boolean begins(String name, @Nullable String fileName);

        /** Some of its content; false when the rest of the form is of no use. */
        boolean content(byte[] bytes, int from, int length);

        /** It is whole. */
        void ends();
    }

    private enum State {
        START, BEHIND_DELIMITER, HEAD, CONTENT, END
    }

    private final byte[] delimiter;
    private final Parts parts;
    private final ByteArrayOutputStream held = new ByteArrayOutputStream();
    private State state = State.START;
    private int count;
    private @Nullable String broken;

    /** @param boundary as the content type names it */
    FormStream(String boundary, Parts parts) {
        this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1);
        this.parts = parts;
        // The first delimiter has no line before it.
        held.writeBytes(LINE_END);
    }

    /** The boundary of a content type; {@code null} when it names none that can be one. */
    static @Nullable String boundary(@Nullable String contentType) {
        if (contentType == null || !contentType.toLowerCase(Locale.ROOT).startsWith("multipart/form-data")) {
            return null;
        }
        Map<String, String> parameters = HeaderParameters.of(contentType);
        String boundary = parameters == null ? null : parameters.get("boundary");
        // RFC 2046 5.1.1: 1 to 70 characters.
        return boundary == null || boundary.isEmpty() || boundary.length() > 70 ? null : boundary;
    }

    /** Takes more of the body; false when the rest of it is of no use. */
    boolean take(byte[] buffer, int length) {
        held.write(buffer, 0, length);
        byte[] bytes = held.toByteArray();
        held.reset();
        int at = 0;
        while (at >= 0 && broken == null) {
            int next = step(bytes, at);
            if (next < 0) {
                break;
            }
            at = next;
        }
        held.write(bytes, at, bytes.length - at);
        return broken == null;
    }

    /** What is wrong with the form, said when all of it was taken; {@code null} when nothing is. Empty when a part was not wanted. */
    @Nullable
    String broken() {
        return broken == null && state != State.END ? "its last boundary is missing" : broken;
    }

    /** Goes on from there; negative when more bytes are needed. */
    private int step(byte[] bytes, int at) {
        return switch (state) {
            case START -> start(bytes, at);
            case BEHIND_DELIMITER -> behindDelimiter(bytes, at);
            case HEAD -> head(bytes, at);
            case CONTENT -> content(bytes, at);
            case END -> end(bytes, at);
        };
    }

    private int start(byte[] bytes, int at) {
        if (bytes.length - at < delimiter.length) {
            return -1;
        }
        if (!startsWith(bytes, at, delimiter)) {
            return fail("it does not start with its boundary");
        }
        state = State.BEHIND_DELIMITER;
        return at + delimiter.length;
    }

    private int behindDelimiter(byte[] bytes, int at) {
        if (bytes.length - at < LAST.length) {
            return -1;
        }
        if (startsWith(bytes, at, LAST)) {
            state = State.END;
            return at + LAST.length;
        }
        if (!startsWith(bytes, at, LINE_END)) {
            return fail("a boundary line does not end");
        }
        if (++count > MOST_PARTS) {
            return fail("it has more than " + MOST_PARTS + " parts");
        }
        state = State.HEAD;
        return at + LINE_END.length;
    }

    private int head(byte[] bytes, int at) {
        int end = indexOf(bytes, HEAD_END, at);
        if (end - at > LONGEST_HEAD || end < 0 && bytes.length - at > LONGEST_HEAD) {
            return fail("a part's head does not end");
        }
        if (end < 0) {
            return -1;
        }
        String wrong = describe(new String(bytes, at, end - at, StandardCharsets.UTF_8));
        if (wrong != null) {
            return fail(wrong);
        }
        state = State.CONTENT;
        return end + HEAD_END.length;
    }

    private @Nullable String describe(String head) {
        Map<String, String> described = null;
        for (String line : head.split("\r\n", -1)) {
            int colon = line.indexOf(':');
            // A folded line or one that a lone CR or LF ends is one header to some readers and two to others.
            if (colon < 1 || line.charAt(0) <= ' ' || line.chars().anyMatch(c -> c < ' ' && c != '\t')) {
                return "a part's head is no list of headers";
            }
            String name = line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
            if (name.equals("content-disposition")) {
                if (described != null) {
                    return "a part is described twice";
                }
                described = HeaderParameters.of(line.substring(colon + 1));
            } else if (name.equals("content-transfer-encoding")
                    && !line.substring(colon + 1).strip().matches("(?i)binary|8bit|7bit")) {
                return "a part is encoded";
            }
        }
        String name = described == null ? null : described.get("name");
        if (described == null || name == null || name.isEmpty()) {
            return "a part has no name";
        }
        return parts.begins(name, described.get("filename")) ? null : "";
    }

    private int content(byte[] bytes, int at) {
        int end = indexOf(bytes, delimiter, at);
        int sure = end >= 0 ? end : bytes.length - delimiter.length + 1;
        if (sure > at && !parts.content(bytes, at, sure - at)) {
            return fail("");
        }
        if (end < 0) {
            if (sure <= at) {
                return -1;
            }
            return sure;
        }
        parts.ends();
        state = State.BEHIND_DELIMITER;
        return end + delimiter.length;
    }

    private int end(byte[] bytes, int at) {
        for (int i = at; i < bytes.length; i++) {
            if (bytes[i] != '\r' && bytes[i] != '\n' && bytes[i] != ' ' && bytes[i] != '\t') {
                return fail("something follows its last boundary");
            }
        }
        return bytes.length == at ? -1 : bytes.length;
    }

    private int fail(String why) {
        broken = why;
        return -1;
    }

    private static boolean startsWith(byte[] bytes, int at, byte[] prefix) {
        return bytes.length - at >= prefix.length
                && Arrays.equals(bytes, at, at + prefix.length, prefix, 0, prefix.length);
    }

    private static int indexOf(byte[] bytes, byte[] needle, int from) {
        for (int i = from; i <= bytes.length - needle.length; i++) {
            if (bytes[i] == needle[0] && startsWith(bytes, i, needle)) {
                return i;
            }
        }
        return -1;
    }
}
