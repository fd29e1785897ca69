package org.gatehouse.setup.wizard.terminal;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The terminal that this process runs in. Draws with the few sequences that a VT100 knows, and only lines that changed: a serial console
 * passes a thousand characters a second. A dumb terminal gets each screen below the one before. One thread.
 */
public final class JLineConsole implements Console, AutoCloseable {
    private static final String ESC = "\u001b[";

    private final Terminal terminal;
    private final Attributes before;
    private final KeyDecoder keys;
    private final boolean plain;
    private final boolean dumb;
    private final AtomicBoolean stale = new AtomicBoolean(true);
    private boolean refresh;
    private @Nullable Screen shown;

    private JLineConsole(Terminal terminal, Map<String, String> environment) {
        this.terminal = terminal;
        String type = environment.getOrDefault("TERM", "dumb").toLowerCase(Locale.ROOT);
        this.dumb = type.isEmpty() || type.startsWith("dumb") || type.equals("unknown");
        this.plain = dumb || type.startsWith("vt") || type.equals("ansi") || type.equals("linux")
                || !StandardCharsets.UTF_8.equals(terminal.encoding());
        this.before = terminal.enterRawMode();
        // Ctrl-C is a key here, not the end of the process: half an answer is easily lost.
        Attributes raw = terminal.getAttributes();
        raw.setLocalFlag(Attributes.LocalFlag.ISIG, false);
        terminal.setAttributes(raw);
        terminal.handle(Terminal.Signal.WINCH, _ -> stale.set(true));
        this.keys = new KeyDecoder(millis -> terminal.reader().read(millis));
    }

    /** Takes the terminal over; the caller closes this to give it back. */
    public static JLineConsole open(Map<String, String> environment) throws IOException {
        // The type is for what JLine itself would draw, and it draws nothing here; with "dumb" it would give no single keys. The probes of
        // graphemeCluster are sequences that a VT100 writes on its screen.
        return new JLineConsole(TerminalBuilder.builder().system(true).dumb(true).type("ansi").graphemeCluster(false)
                .build(), environment);
    }

    /** Whether this process has a terminal at all. */
    public static boolean isThere() {
        return System.console() instanceof java.io.Console console && console.isTerminal();
    }

    @Override
    public Size size() {
        // A serial line knows no size and says 0 by 0.
        int rows = terminal.getHeight() > 0 ? terminal.getHeight() : Size.USUAL.rows();
        int columns = terminal.getWidth() > 0 ? terminal.getWidth() : Size.USUAL.columns();
        return new Size(Math.min(rows, Size.USUAL.rows()), Math.min(columns, Size.USUAL.columns()));
    }

    @Override
    public boolean isPlain() {
        return plain;
    }

    @Override
    public void show(Screen screen) {
        PrintWriter out = terminal.writer();
        if (dumb) {
            if (!screen.equals(shown)) {
                screen.lines().stream().filter(line -> !line.text().isBlank()).forEach(line -> out.print(line.text()
                        .stripTrailing() + "\r\n"));
            }
        } else {
            draw(screen, out);
        }
        shown = screen;
        out.flush();
    }

    private void draw(Screen screen, PrintWriter out) {
        boolean emptied = stale.getAndSet(false) || shown == null;
        Screen old = emptied || refresh ? null : shown;
        refresh = false;
        if (emptied) {
            out.print(ESC + "m" + ESC + "H" + ESC + "2J");
        }
        List<Screen.Line> lines = screen.lines();
        for (int row = 0; row < lines.size(); row++) {
            Screen.Line line = lines.get(row);
            if (old == null || row >= old.lines().size() || !line.equals(old.lines().get(row))) {
                out.print(ESC + (row + 1) + ";1H" + (line.marked() ? ESC + "7m" : "") + line.text()
                        + (line.marked() ? ESC + "m" : "") + ESC + "K");
            }
        }
        // A cursor that belongs nowhere rests in the corner: to hide it is beyond a VT100.
        out.print(screen.cursorRow() < 0
                ? ESC + lines.size() + ";1H"
                : ESC + (screen.cursorRow() + 1) + ";" + (screen.cursorColumn() + 1) + "H");
    }

    @Override
    public void refresh() {
        refresh = true;
    }

    @Override
    public Key key(long millis) {
        Key key = keys.next(millis);
        if (key.kind() == Key.Kind.REDRAW) {
            stale.set(true);
        }
        return key;
    }

    /** Leaves the terminal as it was, with the cursor below the last screen. */
    @Override
    public void close() throws IOException {
        if (!dumb) {
            terminal.writer().print(ESC + "m" + ESC + size().rows() + ";1H" + ESC + "K\r\n");
        }
        terminal.flush();
        terminal.setAttributes(before);
        terminal.close();
    }
}
