package org.gatehouse.store;

/** Makes text that came from outside fit a column of both databases. Stateless. */
public final class StoredText {

    private StoredText() {}

    /**
     * The text, shortened to the column, without what PostgreSQL's text cannot hold: U+0000 and lone surrogates become
     * U+FFFD; pairs are never split.
     *
     * @param length the column's, in UTF-16 units, which is the stricter of the two databases' ways to count
     */
    public static String fit(String text, int length) {
        int end = Math.min(text.length(), length);
        if (end > 0 && end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        for (int i = 0; i < end; i++) {
            char unit = text.charAt(i);
            if (unit == 0 || Character.isSurrogate(unit)) {
                return cleaned(text, end);
            }
        }
        return end == text.length() ? text : text.substring(0, end);
    }

    private static String cleaned(String text, int end) {
        StringBuilder clean = new StringBuilder(end);
        text.substring(0, end).codePoints().forEach(
                point -> clean.appendCodePoint(point == 0 || point >= 0xD800 && point <= 0xDFFF ? 0xFFFD : point));
        return clean.toString();
    }
}
