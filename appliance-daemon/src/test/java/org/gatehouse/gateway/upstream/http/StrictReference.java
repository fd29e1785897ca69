package org.gatehouse.gateway.upstream.http;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/** The chunked coding by regular expressions over the whole message: slow, and hard to get wrong in the same way as the parser. */
final class StrictReference {
    private static final Pattern SIZE = Pattern
            .compile("([0-9a-fA-F]{1,15})(?:[; \t][\t\\x20-\\x7e\\x80-\\xff]*)?\r\n");
    private static final Pattern TRAILER = Pattern.compile("(?:[\t\\x20-\\x7e\\x80-\\xff]+\r\n)*\r\n");

    private StrictReference() {}

    /** The plain body; null when the coded one is damaged or cut. What follows a complete body is not looked at. */
    static byte @Nullable [] decode(byte[] coded) {
        String text = new String(coded, ISO_8859_1);
        StringBuilder plain = new StringBuilder();
        int at = 0;
        while (true) {
            Matcher size = SIZE.matcher(text).region(at, text.length());
            if (!size.lookingAt()) {
                return null;
            }
            long length = Long.parseLong(size.group(1), 16);
            at = size.end();
            if (length == 0) {
                return TRAILER.matcher(text).region(at, text.length()).lookingAt()
                        ? plain.toString().getBytes(ISO_8859_1)
                        : null;
            }
            if (length > text.length() - at - 2 || !text.startsWith("\r\n", (int) (at + length))) {
                return null;
            }
            plain.append(text, at, (int) (at + length));
            at += (int) length + 2;
        }
    }
}
