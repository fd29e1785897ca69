package org.gatehouse.setup.wizard.console;

import java.net.URI;
import java.time.Duration;
import java.util.function.LongSupplier;

import org.gatehouse.setup.wizard.box.Way;
import org.gatehouse.setup.wizard.terminal.Console;
import org.gatehouse.setup.wizard.terminal.Dialogs;
import org.gatehouse.setup.wizard.terminal.Key;
import org.gatehouse.setup.wizard.terminal.Wizard;

/** The box's own screen, for as long as the line is up: whatever happens to the daemon, it shows what there is to show. One thread. */
final class BoxConsole {
    private static final Duration LOOK = Duration.ofSeconds(3);
    private static final Duration DRAW = Duration.ofSeconds(2);
    /** Whoever plugs a serial line in sees the whole screen after that; a kernel's message is gone after it. */
    private static final Duration WHOLE = Duration.ofSeconds(10);
    private static final Duration SETUP_IDLE = Duration.ofMinutes(30);
    private static final Duration MENU_IDLE = Duration.ofMinutes(5);

    private final Console console;
    private final Way way;
    private final Machine machine;
    private final LongSupplier nanoTime;
    private long startingSince;
    private long wholeAt;

    BoxConsole(Console console, Way way, Machine machine, LongSupplier nanoTime) {
        this.console = console;
        this.way = way;
        this.machine = machine;
        this.nanoTime = nanoTime;
    }

    /** Runs until the line is cut. */
    void run() {
        startingSince = nanoTime.getAsLong();
        try (Lookout lookout = new Lookout(way.place(), LOOK)) {
            while (true) {
                Standing standing = lookout.standing();
                show(standing);
                Key key = console.key(DRAW.toMillis());
                switch (key.kind()) {
                    case GONE -> {
                        return;
                    }
                    case ENTER -> act(standing);
                    default -> {
                        // Ctrl-L is the console's own; no other key means anything here.
                    }
                }
            }
        } catch (Dialogs.LineCut _) {
            // Whoever started this starts it again when there is a line.
        }
    }

    private void show(Standing standing) {
        long now = nanoTime.getAsLong();
        if (now - wholeAt > WHOLE.toNanos()) {
            wholeAt = now;
            console.refresh();
        }
        if (!(standing instanceof Standing.Starting)) {
            startingSince = now;
        }
        console.show(switch (standing) {
            case Standing.Starting starting -> Faces.starting(console, machine, starting,
                    Duration.ofNanos(now - startingSince).toSeconds());
            case Standing.Fresh fresh -> Faces.fresh(console, machine, server(), fresh);
            case Standing.Serving serving -> Faces.serving(console, machine, server(), serving);
        });
    }

    private URI server() {
        return way.place().address().orElse(URI.create("https://127.0.0.1"));
    }

    private void act(Standing standing) {
        try {
            switch (standing) {
                case Standing.Starting _ -> {
                }
                case Standing.Fresh _ ->
                    new Wizard(new IdleConsole(console, nanoTime, SETUP_IDLE), way, nanoTime).run();
                case Standing.Serving _ ->
                    new Menu(new Dialogs(new IdleConsole(console, nanoTime, MENU_IDLE), nanoTime),
                            way.place(), Menu.ENTRIES).open(server());
            }
        } catch (IdleConsole.Deserted _) {
            // Back to where everybody begins.
        }
    }
}
