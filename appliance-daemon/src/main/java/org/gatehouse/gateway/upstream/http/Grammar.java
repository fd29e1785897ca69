package org.gatehouse.gateway.upstream.http;

/** Which bytes RFC 9110 allows where. */
final class Grammar {
    private static final String TOKEN_PUNCTUATION = "!#$%&'*+-.^_`|~";
    private static final boolean[] TOKEN = tokenBytes();

    private Grammar() {}

    /** RFC 9110 5.6.2: bytes of methods and header names. */
    static boolean isToken(int value) {
        return value >= 0 && value < 128 && TOKEN[value];
    }

    /** RFC 9110 5.5: visible characters, space, tab, and bytes above 127 without a meaning of their own. */
    static boolean isFieldContent(int value) {
        return (value >= ' ' && value != 0x7f) || value == '\t';
    }

    /** Whether the text is a token of at least one character. */
    static boolean isToken(String text) {
        for (int index = 0; index < text.length(); index++) {
            if (!isToken(text.charAt(index))) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static boolean[] tokenBytes() {
        boolean[] token = new boolean[128];
        for (int value = 0; value < token.length; value++) {
            token[value] = (value >= 'a' && value <= 'z') || (value >= 'A' && value <= 'Z')
                    || (value >= '0' && value <= '9')
                    || TOKEN_PUNCTUATION.indexOf(value) >= 0;
        }
        return token;
    }
}
