package org.gatehouse.acceptance.machine;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The serial line of a virtual machine: everything that came over it, when, and what a terminal would show now. Keys can be pressed. A log
 * with times lies in a file. Thread-safe; every wait has a deadline.
 */
public final class SerialLine implements AutoCloseable {
    private static final int QUOTED = 40;
    private static final Pattern ESCAPES = Pattern
            .compile("\u001b(\\[[0-9;?=]*[ -/]*[@-~]|\\][^\u0007\u001b]*(\u0007|\u001b\\\\)|[^\\[\\]])");

    private final SocketChannel channel;
    private final OutputStream keys;
    private final BufferedWriter log;
    private final Screen screen = new Screen();
    private final List<Line> lines = new ArrayList<>();
    private final StringBuilder open = new StringBuilder();
    private volatile long poweredOn = System.nanoTime();
    private boolean ended;

    /**
     * A line as it came, without what only moves the cursor or colours.
     *
     * @param at since the machine was switched on
     */
    public record Line(Duration at, String text) {}

    SerialLine(SocketChannel channel, Path log) throws IOException {
        this.channel = channel;
        this.keys = Channels.newOutputStream(channel);
        this.log = Files.newBufferedWriter(log);
        Thread.ofVirtual().name("serial line").start(this::read);
    }

    /** From now on times count. */
    void switchedOn() {
        poweredOn = System.nanoTime();
    }

    private void read() {
        // A line that is in a hurry loses bytes, also in the middle of a letter.
        CharsetDecoder lenient = StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPLACE);
        try (Reader reader = Channels.newReader(channel, lenient, -1)) {
            for (int letter = reader.read(); letter >= 0; letter = reader.read()) {
                take((char) letter);
            }
        } catch (IOException _) {
            // The machine is gone; whoever waits is told.
        } finally {
            synchronized (this) {
                ended = true;
                endLine();
                notifyAll();
            }
        }
    }

    private synchronized void take(char letter) throws IOException {
        screen.take(letter);
        if (letter == '\n') {
            endLine();
        } else {
            open.append(letter);
        }
        notifyAll();
    }

    private void endLine() {
        String text = plain(open.toString());
        open.setLength(0);
        if (text.isBlank()) {
            return;
        }
        Line line = new Line(Duration.ofNanos(System.nanoTime() - poweredOn), text);
        lines.add(line);
        try {
            log.write(String.format(Locale.ROOT, "%8.2f %s%n", line.at().toMillis() / 1000.0, text));
            log.flush();
        } catch (IOException _) {
            // What came is in memory; only the file for people lacks it.
        }
    }

    private static String plain(String raw) {
        return ESCAPES.matcher(raw).replaceAll("").replaceAll("[\\p{Cntrl}]", "").stripTrailing();
    }

    /** What a terminal shows now, row by row. */
    public synchronized List<String> screen() {
        return screen.lines();
    }

    /** Everything since the machine was switched on. */
    public synchronized List<Line> lines() {
        return List.copyOf(lines);
    }

    /** How many lines came so far: where to look on from. */
    public synchronized int mark() {
        return lines.size();
    }

    /** When a line of this kind came first; empty for never. */
    public synchronized Optional<Duration> when(Pattern kind) {
        return lines.stream().filter(line -> kind.matcher(line.text()).find()).map(Line::at).findFirst();
    }

    /**
     * Waits for a line of this kind, whole or half.
     *
     * @param mark how many lines to pass over
     * @throws NotSeen if the limit passes, or the machine is switched off before
     */
    public synchronized Matcher await(Pattern kind, int mark, Duration limit) {
        Matcher[] found = new Matcher[1];
        awaitUntil(_ -> {
            for (int i = mark; i <= lines.size(); i++) {
                Matcher matcher = kind.matcher(i < lines.size() ? lines.get(i).text() : plain(open.toString()));
                if (matcher.find()) {
                    found[0] = matcher;
                    return true;
                }
            }
            return false;
        }, "a line like '" + kind + "'", limit);
        return found[0];
    }

    /** Waits until the screen shows all of these. */
    public void awaitScreen(Duration limit, String... words) {
        await("a screen with " + String.join(", ", words),
                shown -> List.of(words).stream().allMatch(String.join("\n", shown)::contains)
                        ? Optional.of(shown)
                        : Optional.empty(),
                limit);
    }

    /**
     * Waits until something can be read off the screen, and gives it.
     *
     * @throws NotSeen if the limit passes, or the machine is switched off before
     */
    public synchronized <T> T await(String what, Function<List<String>, Optional<T>> read, Duration limit) {
        List<T> found = new ArrayList<>();
        awaitUntil(shown -> {
            read.apply(shown).ifPresent(found::add);
            return !found.isEmpty();
        }, what, limit);
        return found.getFirst();
    }

    /** What a terminal shows after it was given all that a file holds: what a serial line wrote that somebody else listens to. */
    public static List<String> screenOf(Path file) throws IOException {
        Screen screen = new Screen();
        new String(Files.readAllBytes(file), StandardCharsets.UTF_8).chars()
                .forEach(letter -> screen.take((char) letter));
        return screen.lines();
    }

    private void awaitUntil(Predicate<List<String>> wanted, String what, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        try {
            while (!wanted.test(screen.lines())) {
                long left = end - System.nanoTime();
                if (left <= 0 || ended) {
                    throw new NotSeen(
                            (ended ? "The machine is off and never showed " : "In " + limit + " there was never ")
                                    + what + ". The last lines:\n" + lastWords());
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What came last, for messages. */
    public synchronized String lastWords() {
        StringBuilder text = new StringBuilder();
        lines.subList(Math.max(0, lines.size() - QUOTED), lines.size())
                .forEach(line -> text.append("    ").append(line.text()).append('\n'));
        return text.append("    ").append(plain(open.toString())).toString();
    }

    /** Presses keys. */
    public void press(String pressed) throws IOException {
        keys.write(pressed.getBytes(StandardCharsets.UTF_8));
        keys.flush();
    }

    @Override
    public void close() throws IOException {
        channel.close();
        synchronized (this) {
            log.close();
        }
    }
}
