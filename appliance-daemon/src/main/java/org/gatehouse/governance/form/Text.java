package org.gatehouse.governance.form;

/** What text the box takes in: whole Unicode characters that print. Stateless. */
public final class Text {
    private Text() {}

    /**
     * Whether the text can be stored, shown and put into a log line as it is: no control characters (a zero byte breaks
     * PostgreSQL, a line break forges log lines and headers), no invisible direction changes, no half of a surrogate pair.
     */
    public static boolean clean(String text, boolean lineBreaks) {
        for (int i = 0; i < text.length();) {
            int point = text.codePointAt(i);
            boolean lineBreak = point == '\n' || point == '\r' || point == '\t';
            if (lineBreak ? !lineBreaks : Character.isISOControl(point) || isForbidden(point)) {
                return false;
            }
            i += Character.charCount(point);
        }
        return true;
    }

    private static boolean isForbidden(int point) {
        int type = Character.getType(point);
        boolean directionChange = (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
        return type == Character.SURROGATE || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR || directionChange;
    }
}
