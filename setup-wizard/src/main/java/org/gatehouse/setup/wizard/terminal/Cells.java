package org.gatehouse.setup.wizard.terminal;

import java.util.ArrayList;
import java.util.List;

import org.jline.utils.WCWidth;

/** Text as it stands in a terminal's cells. What the box says is not trusted to be free of control characters. Stateless. */
public final class Cells {
    private Cells() {}

    /** How many cells a text takes. */
    public static int width(String text) {
        return text.codePoints().map(Cells::width).sum();
    }

    private static int width(int codePoint) {
        return Math.max(0, WCWidth.wcwidth(codePoint));
    }

    /** Without control characters; with a question mark for whatever a plain terminal can't show. */
    static String clean(String text, boolean plain) {
        StringBuilder clean = new StringBuilder();
        text.codePoints().forEach(letter -> {
            if (letter == '\t') {
                clean.append(' ');
            } else if (Character.isISOControl(letter) || Character.getType(letter) == Character.FORMAT) {
                clean.append(letter == 0x1b ? "" : " ");
            } else {
                clean.appendCodePoint(plain && letter > 126 ? '?' : letter);
            }
        });
        return clean.toString();
    }

    /** At most so many cells; what does not fit is cut off and marked. */
    public static String cut(String text, int cells) {
        if (width(text) <= cells) {
            return text;
        }
        return first(text, Math.max(0, cells - 1)) + "~";
    }

    /** Exactly so many cells. */
    public static String fill(String text, int cells) {
        String cut = cut(text, cells);
        return cut + " ".repeat(Math.max(0, cells - width(cut)));
    }

    /** The last so many cells, marked where something stands before them. */
    static String tail(String text, int cells) {
        if (width(text) <= cells) {
            return text;
        }
        int[] letters = text.codePoints().toArray();
        int from = letters.length;
        for (int left = cells - 1; from > 0 && left >= width(letters[from - 1]); from--) {
            left -= width(letters[from - 1]);
        }
        return "~" + new String(letters, from, letters.length - from);
    }

    private static String first(String text, int cells) {
        StringBuilder first = new StringBuilder();
        int left = cells;
        for (int letter : text.codePoints().toArray()) {
            left -= width(letter);
            if (left < 0) {
                break;
            }
            first.appendCodePoint(letter);
        }
        return first.toString();
    }

    /** In lines of at most so many cells, broken between words where that is possible; at least one line. */
    public static List<String> wrap(String text, int cells) {
        List<String> lines = new ArrayList<>();
        for (String paragraph : text.split("\n", -1)) {
            StringBuilder line = new StringBuilder();
            for (String word : paragraph.split(" ")) {
                String rest = word;
                if (!line.isEmpty() && width(line.toString()) + 1 + width(rest) > cells) {
                    lines.add(line.toString());
                    line.setLength(0);
                }
                while (width(rest) > cells) {
                    String piece = first(rest, cells);
                    lines.add(piece);
                    rest = rest.substring(piece.length());
                }
                line.append(line.isEmpty() ? "" : " ").append(rest);
            }
            lines.add(line.toString());
        }
        return lines;
    }
}
