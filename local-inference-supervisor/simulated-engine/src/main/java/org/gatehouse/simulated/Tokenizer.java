package org.gatehouse.simulated;

/**
 * Splits text into tokens: a run of up to four ASCII letters and digits (with the one space before it), of up to four
 * white-space characters, or of up to four other ASCII characters; every character beyond ASCII is a token by itself. So
 * each token covers at least one byte of UTF-8, and a token's number tells its text. The first tokens of a text, put
 * together, give exactly these tokens again. Stateless.
 */
final class Tokenizer {
    /** Numbers from here on are {@code NON_ASCII + code point}; below are up to four ASCII characters, seven bits each. */
    private static final int NON_ASCII = 1 << 29;
    /** Numbers from here on stand for no text: the chat template's marks, images, reasoning. */
    static final int SPECIAL = 1 << 30;
    private static final int LONGEST = 4;

    private Tokenizer() {}

    /** Hands the tokens of {@code text[offset, offset + length)} to {@code sink}, in order. */
    static void split(char[] text, int offset, int length, TokenSink sink) {
        int end = offset + length;
        int at = offset;
        while (at < end) {
            char c = text[at];
            if (c >= 0x80) {
                int codePoint = Character.codePointAt(text, at, end);
                at += Character.charCount(codePoint);
                sink.token(NON_ASCII + codePoint);
                continue;
            }
            int packed = (1 << 7) | c;
            int limit = Math.min(end, at + LONGEST);
            at++;
            int kind = kind(c);
            if (c == ' ' && at < end && kind(text[at]) == WORD) {
                kind = WORD;
            }
            while (at < limit && text[at] < 0x80 && kind(text[at]) == kind) {
                packed = (packed << 7) | text[at++];
            }
            sink.token(packed);
        }
    }

    static void split(String text, TokenSink sink) {
        split(text.toCharArray(), 0, text.length(), sink);
    }

    /** How many tokens {@code text} has. */
    static int count(String text) {
        PromptTokens tokens = PromptTokens.counting();
        split(text, tokens);
        return tokens.count();
    }

    /** The text that a token stands for; a special one has a name in angle brackets. */
    static String text(int token) {
        if (token >= SPECIAL) {
            return "<|" + (token - SPECIAL) + "|>";
        }
        if (token >= NON_ASCII) {
            int codePoint = token - NON_ASCII;
            return Character.isValidCodePoint(codePoint) ? Character.toString(codePoint) : "\uFFFD";
        }
        StringBuilder characters = new StringBuilder(LONGEST);
        for (int rest = token; rest > 1; rest >>>= 7) {
            characters.append((char) (rest & 0x7F));
        }
        return characters.reverse().toString();
    }

    private static final int WORD = 0;
    private static final int BLANK = 1;
    private static final int OTHER = 2;

    private static int kind(char c) {
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
            return WORD;
        }
        return c == ' ' || (c >= '\t' && c <= '\r') ? BLANK : OTHER;
    }

    /** Takes tokens one by one. */
    @FunctionalInterface
    interface TokenSink {
        void token(int number);
    }
}
