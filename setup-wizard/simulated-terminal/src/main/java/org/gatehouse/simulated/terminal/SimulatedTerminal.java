package org.gatehouse.simulated.terminal;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A program in a real pseudo-terminal: keys go in, and what stands on the screen can be looked at. The pseudo-terminal is made by
 * util-linux's {@code script}. Every wait has a deadline; thread-safe.
 */
public final class SimulatedTerminal implements AutoCloseable {
    /** The keys of a VT100. */
    public static final String UP = "\u001b[A";
    public static final String DOWN = "\u001b[B";
    public static final String RIGHT = "\u001b[C";
    public static final String LEFT = "\u001b[D";
    public static final String ENTER = "\r";
    public static final String ESCAPE = "\u001b";
    public static final String CLEAR = "\u0015";

    private static final Path SCRIPT = Path.of("/usr/bin/script");
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final Duration MOMENT = Duration.ofMillis(30);

    private final Process process;
    private final OutputStream keys;
    private final Vt100 screen;
    private final StringBuilder everything = new StringBuilder();
    private long lastDrawn = System.nanoTime();

    private SimulatedTerminal(Process process, int rows, int columns) {
        this.process = process;
        this.keys = process.getOutputStream();
        this.screen = new Vt100(rows, columns);
        Thread.ofVirtual().start(this::read);
    }

    /** Why this machine has no pseudo-terminals; empty where it has. */
    public static Optional<String> whyNot() {
        return Files.isExecutable(SCRIPT)
                ? Optional.empty()
                : Optional.of(SCRIPT + " is not there (Debian: apt-get install util-linux)");
    }

    /**
     * Starts a program in a terminal of that size.
     *
     * @param variables for its environment, TERM among them
     */
    public static SimulatedTerminal start(int rows, int columns, List<String> command, Map<String, String> variables) {
        String line = command.stream().map(word -> "'" + word.replace("'", "'\\''") + "'")
                .collect(Collectors.joining(" "));
        List<String> whole = List.of(SCRIPT.toString(), "-qfec",
                "stty rows " + rows + " cols " + columns + "; exec " + line, "/dev/null");
        ProcessBuilder builder = new ProcessBuilder(whole).redirectErrorStream(true);
        builder.environment().put("SHELL", "/bin/sh");
        builder.environment().putAll(variables);
        try {
            return new SimulatedTerminal(builder.start(), rows, columns);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read() {
        try (Reader reader = new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)) {
            for (int letter = reader.read(); letter >= 0; letter = reader.read()) {
                synchronized (this) {
                    screen.take((char) letter);
                    everything.append((char) letter);
                    lastDrawn = System.nanoTime();
                    notifyAll();
                }
            }
        } catch (IOException _) {
            // The program is gone; whoever waits sees its deadline.
        } finally {
            synchronized (this) {
                notifyAll();
            }
        }
    }

    /** Presses keys. */
    public void press(String... pressed) {
        try {
            for (String key : pressed) {
                keys.write(key.getBytes(StandardCharsets.UTF_8));
            }
            keys.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("the program is gone: " + this, e);
        }
    }

    /** The lines of the screen, without what is blank at their ends. */
    public synchronized List<String> lines() {
        return screen.lines();
    }

    /** The screen as one text. */
    public synchronized String text() {
        return String.join("\n", screen.lines());
    }

    /** Everything that the program wrote, for what must never appear. */
    public synchronized String everything() {
        return everything.toString();
    }

    /** The first thing that the program drew outside the screen, or that a VT100 does not know; empty for none. */
    public synchronized String fault() {
        return screen.fault();
    }

    /** Waits until the screen shows all of these. */
    public void await(String... words) {
        awaitScreen(text -> List.of(words).stream().allMatch(text::contains), String.join(", ", words));
    }

    /** Waits until the screen is as wanted, and whole: nothing was drawn for a moment. */
    public synchronized void awaitScreen(Predicate<String> wanted, String what) {
        long end = System.nanoTime() + LONGEST.toNanos();
        try {
            while (!wanted.test(text()) || System.nanoTime() - lastDrawn < MOMENT.toNanos()) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    throw new IllegalStateException("the screen never showed " + what + ":\n" + text());
                }
                TimeUnit.NANOSECONDS.timedWait(this, Math.min(left, MOMENT.toNanos()));
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for the program's end; its exit status. */
    public int ended() {
        try {
            if (!process.waitFor(LONGEST.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("still running:\n" + text());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return text();
    }

    /** Ends the program if it still runs. */
    @Override
    public void close() {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
