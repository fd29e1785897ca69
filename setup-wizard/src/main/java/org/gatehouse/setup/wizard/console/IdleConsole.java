package org.gatehouse.setup.wizard.console;

import java.time.Duration;
import java.util.function.LongSupplier;

import org.gatehouse.setup.wizard.terminal.Console;
import org.gatehouse.setup.wizard.terminal.Key;
import org.gatehouse.setup.wizard.terminal.Screen;

/** A console that gives up when nobody presses a key: whoever leaves the room leaves nothing open. One thread. */
final class IdleConsole implements Console {
    private final Console console;
    private final LongSupplier nanoTime;
    private final Duration longest;
    private long lastKey;

    IdleConsole(Console console, LongSupplier nanoTime, Duration longest) {
        this.console = console;
        this.nanoTime = nanoTime;
        this.longest = longest;
        this.lastKey = nanoTime.getAsLong();
    }

    /** Nobody is there any more. */
    static final class Deserted extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    @Override
    public Size size() {
        return console.size();
    }

    @Override
    public boolean isPlain() {
        return console.isPlain();
    }

    @Override
    public void show(Screen screen) {
        console.show(screen);
    }

    @Override
    public void refresh() {
        console.refresh();
    }

    @Override
    public Key key(long millis) {
        Key key = console.key(millis);
        if (key.kind() != Key.Kind.NONE) {
            lastKey = nanoTime.getAsLong();
        } else if (nanoTime.getAsLong() - lastKey > longest.toNanos()) {
            throw new Deserted();
        }
        return key;
    }
}
