package org.gatehouse.setup.wizard.terminal;

import java.util.ArrayList;
import java.util.List;

/**
 * What stands on a terminal: lines, and where the cursor is. Never higher or wider than the terminal; the last column stays free, because
 * terminals differ in what they do when it is written.
 *
 * @param lines       top to bottom
 * @param cursorRow   counted from 0; -1 for no cursor
 * @param cursorColumn counted from 0
 */
public record Screen(List<Line> lines, int cursorRow, int cursorColumn) {

    /**
     * One line.
     *
     * @param marked whether it stands out, where the terminal can do that
     */
    public record Line(String text, boolean marked) {
        /** One that does not stand out. */
        public static Line of(String text) {
            return new Line(text, false);
        }
    }

    /** Copies the lines. */
    public Screen {
        lines = List.copyOf(lines);
    }

    /** What stands where around the body. */
    public record Frame(String title, String place, String hint, String keys) {}

    /** How many lines of body fit. */
    public static int bodyRows(Console.Size size) {
        return size.rows() - 5;
    }

    /**
     * A screen with a title above, a hint and the keys below, and as much of the body as fits so that one line of it is seen.
     *
     * @param seen  the line of the body that must be seen
     * @param column of the cursor in that line; -1 for no cursor
     */
    public static Screen of(Console console, Frame frame, List<Line> body, int seen, int column) {
        Console.Size size = console.size();
        boolean plain = console.isPlain();
        int width = size.columns() - 1;
        String rule = (plain ? "-" : "─").repeat(width);
        int rows = bodyRows(size);
        int top = Math.clamp(seen - rows + 2, 0, Math.max(0, body.size() - rows));
        List<Line> lines = new ArrayList<>();
        int room = width - Cells.width(frame.place()) - 2;
        lines.add(new Line(Cells.fill(clean(" " + frame.title(), plain), room) + "  "
                + clean(frame.place(), plain), true));
        lines.add(Line.of(top > 0 ? more(rule, plain, " more above ") : rule));
        for (int i = top; i < top + rows; i++) {
            Line line = i < body.size() ? body.get(i) : Line.of("");
            lines.add(new Line(Cells.cut(clean(line.text(), plain), width), line.marked()));
        }
        lines.add(Line.of(top + rows < body.size() ? more(rule, plain, " more below ") : rule));
        lines.add(Line.of(Cells.cut(clean(" " + frame.hint(), plain), width)));
        lines.add(Line.of(Cells.cut(clean(" " + frame.keys(), plain), width)));
        return new Screen(lines, column < 0 ? -1 : 2 + seen - top, Math.min(column, width));
    }

    private static String more(String rule, boolean plain, String word) {
        String mark = plain ? word : word.replace("above ", "above ↑ ").replace("below ", "below ↓ ");
        return rule.substring(0, rule.length() - mark.length() - 4) + mark + rule.substring(rule.length() - 4);
    }

    private static String clean(String text, boolean plain) {
        return Cells.clean(text, plain);
    }
}
