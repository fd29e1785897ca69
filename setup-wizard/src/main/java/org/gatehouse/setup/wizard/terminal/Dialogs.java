package org.gatehouse.setup.wizard.terminal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.gatehouse.setup.wizard.question.Question;
import org.gatehouse.setup.wizard.terminal.Screen.Frame;
import org.gatehouse.setup.wizard.terminal.Screen.Line;

/** Asks one thing after the other on a console: choices, forms, lists, waiting. Blocks until there is an answer. One thread. */
public final class Dialogs {
    /** Returned instead of an option: the way out was taken. */
    public static final int OUT = -1;
    private static final long PATIENCE_MILLIS = 1000;

    private final Console console;
    private final LongSupplier nanoTime;

    /** On a console. */
    public Dialogs(Console console, LongSupplier nanoTime) {
        this.console = console;
        this.nanoTime = nanoTime;
    }

    /** The line was cut: nobody is there to be asked. */
    public static final class LineCut extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    /** Above every screen: what it is about, and where in the whole. */
    public record Heading(String title, String place) {}

    private Key key() {
        Key key = console.key(PATIENCE_MILLIS);
        if (key.kind() == Key.Kind.GONE) {
            throw new LineCut();
        }
        return key;
    }

    /** Text and options below it; gives the index of the chosen one, or {@link #OUT}. */
    public int choose(Heading heading, List<String> text, List<String> options, int begin) {
        int at = begin;
        int above = 0;
        while (true) {
            List<Line> body = new ArrayList<>();
            int width = console.size().columns() - 3;
            text.forEach(one -> Cells.wrap(one, width).forEach(line -> body.add(Line.of(" " + line))));
            body.add(Line.of(""));
            int first = body.size();
            for (int i = 0; i < options.size(); i++) {
                String number = i < 9 ? String.valueOf(i + 1) : " ";
                body.add(new Line((i == at ? "> " : "  ") + number + "  " + options.get(i), i == at));
            }
            boolean isLong = body.size() > Screen.bodyRows(console.size());
            console.show(Screen.of(console,
                    new Frame(heading.title(), heading.place(),
                            isLong ? "PgUp and PgDn show the rest of the text." : "",
                            "Up/Down or a number: choose   Enter: go   Esc: out"),
                    body, Math.max(first + at - above, 0), -1));
            Key key = key();
            int most = Math.max(0, first + at - Screen.bodyRows(console.size()) + 2);
            switch (key.kind()) {
                case UP, BACK_TAB -> at = (at + options.size() - 1) % options.size();
                case DOWN, TAB -> at = (at + 1) % options.size();
                case PAGE_UP -> above = Math.min(most, above + Screen.bodyRows(console.size()) - 2);
                case PAGE_DOWN -> above = Math.max(0, above - Screen.bodyRows(console.size()) + 2);
                case ENTER -> {
                    return at;
                }
                case ESCAPE -> {
                    return OUT;
                }
                case LETTER -> {
                    if (key.digit() > 0 && key.digit() <= options.size()) {
                        return key.digit() - 1;
                    }
                }
                case LEFT, RIGHT, HOME, END, BACKSPACE, DELETE, CLEAR, REDRAW, NONE, GONE -> {
                }
            }
        }
    }

    /** Text to read; any of Enter and Esc goes on. */
    public void tell(Heading heading, List<String> text) {
        choose(heading, text, List.of("Go on"), 0);
    }

    /** A form; true when it was filled and its button pressed, false when the way out was taken. */
    public boolean fill(Heading heading, List<String> about, Form form, String button) {
        FormView view = new FormView(console);
        int at = firstField(form.rows());
        while (true) {
            List<Form.Row> rows = form.rows();
            at = Math.min(at, rows.size());
            FormView.Drawn drawn = view.draw(about, rows, at, button);
            console.show(Screen.of(console,
                    new Frame(heading.title(), heading.place(), drawn.hint(), keys(rows, at)), drawn.lines(),
                    drawn.seen(), drawn.column()));
            Key key = key();
            Field field = at < rows.size() ? rows.get(at).field() : null;
            boolean taken = switch (field) {
                case Field.Line line -> line.take(key);
                case Field.Pick pick -> pick.take(key);
                case Field.Things things -> {
                    if (key.kind() == Key.Kind.ENTER) {
                        things(heading, things);
                        things.complain(null);
                    }
                    // Enter goes on to the next row below, as it does everywhere.
                    yield false;
                }
                case null -> false;
            };
            if (taken) {
                continue;
            }
            switch (key.kind()) {
                case UP, BACK_TAB -> at = next(rows, at, -1);
                case DOWN, TAB -> at = next(rows, at, 1);
                case PAGE_UP, HOME -> at = firstField(rows);
                case PAGE_DOWN, END -> at = rows.size();
                case ENTER -> {
                    if (at < rows.size()) {
                        at = next(rows, at, 1);
                    } else if (form.isComplete()) {
                        return true;
                    } else {
                        at = firstComplaint(form.rows());
                    }
                }
                case ESCAPE -> {
                    return false;
                }
                case LETTER, LEFT, RIGHT, BACKSPACE, DELETE, CLEAR, REDRAW, NONE, GONE -> {
                }
            }
        }
    }

    private static String keys(List<Form.Row> rows, int at) {
        String choose = at < rows.size() && rows.get(at).field() instanceof Field.Pick
                ? "Left/Right, 1-9: choose  "
                : "";
        return choose + "Up/Down: move  Enter: next  Esc: back/skip/leave";
    }

    private static int firstField(List<Form.Row> rows) {
        return next(rows, -1, 1);
    }

    static int firstComplaint(List<Form.Row> rows) {
        for (int i = 0; i < rows.size(); i++) {
            Field field = rows.get(i).field();
            if (field != null && field.complaint() != null) {
                return i;
            }
        }
        return firstField(rows);
    }

    /** The next row that can be answered; the button is behind the last, and the ends are ends. */
    private static int next(List<Form.Row> rows, int at, int step) {
        int next = at + step;
        while (next >= 0 && next < rows.size() && rows.get(next).field() == null) {
            next += step;
        }
        return next < 0 ? at : Math.min(next, rows.size());
    }

    /** A list of things: open one, add one, remove one. */
    private void things(Heading heading, Field.Things list) {
        Question.Several question = list.question();
        Heading inside = new Heading(heading.title() + " / " + question.label(), heading.place());
        while (true) {
            List<String> options = new ArrayList<>();
            list.things().forEach(thing -> options.add("Change " + thing.name()));
            options.add("Add one");
            options.add("That is all");
            int size = list.things().size();
            int chosen = choose(inside, List.of(question.help(), size == 0 ? "There is none yet." : ""), options,
                    size == 0 ? 0 : size + 1);
            if (chosen == OUT || chosen == size + 1) {
                return;
            }
            if (chosen == size) {
                Form fresh = Form.empty(question.each());
                if (fill(inside, List.of(question.help()), fresh, "Keep it")) {
                    list.things().add(fresh);
                }
            } else {
                change(inside, list, chosen);
            }
        }
    }

    private void change(Heading heading, Field.Things list, int index) {
        Form thing = list.things().get(index);
        int chosen = choose(heading, List.of(thing.name()), List.of("Change it", "Remove it", "Leave it as it is"), 0);
        if (chosen == 0) {
            fill(heading, List.of(list.question().help()), thing, "Keep it");
        } else if (chosen == 1) {
            list.things().remove(index);
        }
    }

    /** Waits for something that takes a while, and shows for how long it has been going on. */
    public <T> T during(Heading heading, String what, Supplier<T> work) {
        long begun = nanoTime.getAsLong();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<T> running = threads.submit(work::get);
            while (true) {
                long seconds = Duration.ofNanos(nanoTime.getAsLong() - begun).toSeconds();
                console.show(Screen.of(console, new Frame(heading.title(), heading.place(), "Please wait.", ""),
                        List.of(Line.of(""), Line.of(" " + what + (seconds == 0 ? "" : "   " + seconds + " s"))), 0,
                        -1));
                try {
                    return running.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
                } catch (TimeoutException _) {
                    // Still going on; what is waited for has a deadline of its own.
                }
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new LineCut();
        }
    }
}
