package org.gatehouse.setup.wizard.terminal;

import java.util.ArrayList;
import java.util.List;

import org.gatehouse.setup.wizard.question.Question;
import org.gatehouse.setup.wizard.terminal.Screen.Line;

/** Draws a form: one row a question, the one that is being answered marked. Holds nothing. */
final class FormView {
    private static final int LABEL = 20;

    private final Console console;

    FormView(Console console) {
        this.console = console;
    }

    /**
     * The lines of a form.
     *
     * @param seen   the line that must be seen
     * @param column of the cursor; -1 for none
     */
    record Drawn(List<Line> lines, int seen, int column, String hint) {}

    /** Draws the rows below some lines about them; row {@code at} is being answered, and the one behind the last is the button. */
    Drawn draw(List<String> about, List<Form.Row> rows, int at, String button) {
        List<Line> lines = new ArrayList<>();
        int width = console.size().columns() - 1;
        about.forEach(text -> Cells.wrap(text, width - 2).forEach(line -> lines.add(Line.of(" " + line))));
        lines.add(Line.of(""));
        int seen = 0;
        int column = -1;
        for (int i = 0; i < rows.size(); i++) {
            Form.Row row = rows.get(i);
            boolean here = i == at;
            String before = (here ? "> " : "  ") + "  ".repeat(row.depth());
            String label = Cells.fill(row.question().label() + star(row), LABEL - 2 * row.depth()) + " ";
            int room = width - Cells.width(before + label) - 2;
            Field field = row.field();
            String value = field == null ? "" : value(field, here, room);
            seen = here ? lines.size() : seen;
            if (here && field instanceof Field.Line line) {
                column = Cells.width(before + label) + 1
                        + Cells.width(Cells.tail(line.shownBeforeCursor(), room - 1));
            }
            lines.add(new Line(field == null ? before + row.question().label() + ":" : before + label + value,
                    here && !(field instanceof Field.Line)));
            if (field != null && field.complaint() instanceof String complaint) {
                Cells.wrap("! " + complaint, width - 8).forEach(text -> lines.add(Line.of("      " + text)));
                seen = here ? lines.size() - 1 : seen;
            }
        }
        boolean last = at == rows.size();
        lines.add(Line.of(""));
        lines.add(new Line((last ? "> " : "  ") + "[ " + button + " ]", last));
        seen = last ? lines.size() - 1 : seen;
        int row = column < 0 ? seen : rowOf(lines, seen);
        return new Drawn(lines, row, column,
                last ? "Enter: " + button + "." : hint(rows.get(at).question()));
    }

    /** The cursor belongs on the entry, not on the complaint below it. */
    private static int rowOf(List<Line> lines, int seen) {
        int row = seen;
        while (row > 0 && !lines.get(row).text().startsWith("> ")) {
            row--;
        }
        return row;
    }

    private static String hint(Question question) {
        String example = switch (question) {
            case Question.Text text -> text.example();
            case Question.TextList list -> list.example();
            case Question.Secret secret -> secret.example().startsWith("/") ? secret.example() : "";
            case Question.Choice _,Question.YesNo _,Question.Group _,Question.Several _,Question.Anything _ -> "";
        };
        return question.help() + (example.isEmpty() ? "" : " Such as " + example);
    }

    private static String star(Form.Row row) {
        return row.question().needed() && row.field() instanceof Field.Line ? " *" : "";
    }

    private static String value(Field field, boolean here, int room) {
        return switch (field) {
            case Field.Line line -> {
                String text = here
                        ? Cells.tail(line.shownBeforeCursor(), room - 1) + line.shown()
                                .substring(Math.min(line.shown().length(), line.shownBeforeCursor().length()))
                        : line.shown();
                yield "[" + Cells.fill(text, room) + "]";
            }
            case Field.Pick pick -> options(pick, room);
            case Field.Things things -> Cells.cut(things.shown() + (here ? "   (Enter: open)" : ""), room);
        };
    }

    /** All options with the chosen one in brackets where there is room, else the chosen one and how many there are. */
    private static String options(Field.Pick pick, int room) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < pick.options().size(); i++) {
            String meaning = pick.options().get(i).meaning();
            all.append(i == pick.at() ? "(" + (i + 1) + " " + meaning + ")" : " " + (i + 1) + " " + meaning + " ")
                    .append(' ');
        }
        return Cells.width(all.toString()) <= room
                ? all.toString().stripTrailing()
                : "< (" + (pick.at() + 1) + " " + pick.shown() + ") >  of " + pick.options().size();
    }
}
