package org.gatehouse.simulated.providers;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits text into tokens: up to four ASCII letters and digits with the one space before them, a run of up to four
 * white-space characters, or any other character by itself. The pieces, put together, are the text. Stateless.
 */
final class Tokenizer {
    private static final int LONGEST = 4;

    private Tokenizer() {}

    static List<String> pieces(String text) {
        List<String> pieces = new ArrayList<>(text.length() / 3 + 1);
        int at = 0;
        while (at < text.length()) {
            int end = endOfPiece(text, at);
            pieces.add(text.substring(at, end));
            at = end;
        }
        return pieces;
    }

    static int count(String text) {
        int count = 0;
        int at = 0;
        while (at < text.length()) {
            at = endOfPiece(text, at);
            count++;
        }
        return count;
    }

    private static int endOfPiece(String text, int from) {
        int at = from;
        if (text.charAt(at) == ' ' && at + 1 < text.length() && isWord(text.charAt(at + 1))) {
            at++;
        }
        if (isWord(text.charAt(at))) {
            int limit = Math.min(text.length(), at + LONGEST);
            while (at < limit && isWord(text.charAt(at))) {
                at++;
            }
            return at;
        }
        if (isBlank(text.charAt(at))) {
            int limit = Math.min(text.length(), at + LONGEST);
            while (at < limit && isBlank(text.charAt(at)) && !opensWord(text, at, from)) {
                at++;
            }
            return at;
        }
        return from + Character.charCount(text.codePointAt(from));
    }

    private static boolean opensWord(String text, int at, int from) {
        return at > from && text.charAt(at) == ' ' && at + 1 < text.length() && isWord(text.charAt(at + 1));
    }

    private static boolean isWord(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    private static boolean isBlank(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }
}
