package org.gatehouse.gateway.protocol.openai;

import java.util.Locale;

import org.gatehouse.gateway.canonical.Media;
import org.gatehouse.gateway.protocol.UntranslatableException;

/** Media as an address: {@code data:} for what stands in the request itself (RFC 2397), {@code http(s):} for the rest. */
final class DataUri {

    private DataUri() {}

    static Media read(Field address) throws UntranslatableException {
        String text = address.text();
        if (startsWith(text, "data:")) {
            int comma = text.indexOf(',');
            String head = comma < 0 ? "" : text.substring(5, comma);
            if (!head.toLowerCase(Locale.ROOT).endsWith(";base64")) {
                throw address.wrong("a data URI in base64, such as data:image/png;base64,…, or an https address");
            }
            String type = head.substring(0, head.indexOf(';')).toLowerCase(Locale.ROOT);
            return new Media.Inline(type.isEmpty() ? "text/plain" : type, text.substring(comma + 1));
        }
        if (startsWith(text, "https://") || startsWith(text, "http://")) {
            return new Media.Remote(text);
        }
        throw address.wrong("a data URI in base64, or an https address");
    }

    static String write(Media.Inline media) {
        return "data:" + media.type() + ";base64," + media.base64();
    }

    private static boolean startsWith(String text, String prefix) {
        return text.regionMatches(true, 0, prefix, 0, prefix.length());
    }
}
