package org.gatehouse.gateway.dialect.openai;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/** Reads the parameters of a header value such as {@code form-data; name="file"; filename="a.wav"}. */
public final class HeaderParameters {
    private final String text;
    private int at;

    private HeaderParameters(String text, int at) {
        this.text = text;
        this.at = at;
    }

    /** The parameters by their names in lower case; {@code null} when they can be read in more than one way. */
    public static @Nullable Map<String, String> of(String value) {
        int semicolon = value.indexOf(';');
        int quote = value.indexOf('"');
        if (quote >= 0 && quote < semicolon) {
            return null;
        }
        return semicolon < 0 ? Map.of() : new HeaderParameters(value, semicolon).read();
    }

    private @Nullable Map<String, String> read() {
        Map<String, String> parameters = new HashMap<>();
        while (at < text.length()) {
            if (text.charAt(at) != ';') {
                return null;
            }
            at++;
            skipSpace();
            if (at == text.length()) {
                return parameters;
            }
            String name = token().toLowerCase(Locale.ROOT);
            if (name.isEmpty() || at == text.length() || text.charAt(at) != '=') {
                return null;
            }
            at++;
            String value = at < text.length() && text.charAt(at) == '"' ? quoted() : token();
            // Readers differ on which of two wins.
            if (value == null || parameters.put(name, value) != null) {
                return null;
            }
            skipSpace();
        }
        return parameters;
    }

    /** RFC 9110 5.6.2, less strict about characters that cannot be mistaken for anything else. */
    private String token() {
        int start = at;
        while (at < text.length() && text.charAt(at) > ' ' && ";=\",".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        return text.substring(start, at);
    }

    /** Browsers write a quote as %22, others as \": so much is undone that it cannot end the string early. */
    private @Nullable String quoted() {
        StringBuilder value = new StringBuilder();
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '"') {
                at++;
                return value.toString();
            }
            if (c == '\\') {
                // Kept, so that nothing escaped passes for a plain name.
                value.append(c);
                at++;
                if (at == text.length()) {
                    return null;
                }
            }
            value.append(text.charAt(at));
        }
        return null;
    }

    private void skipSpace() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
    }
}
