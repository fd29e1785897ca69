package org.gatehouse.supervisor;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;

/**
 * One instance's output. The engine writes into a file of its own, not into a pipe: so it neither blocks nor dies when the daemon
 * does, and its last words are there in full when it has ended. This reads along, keeps the newest lines in memory and keeps
 * the file in its bound. Read along by one thread; {@link #last} from any.
 */
final class EngineLog {
    private static final System.Logger LOG = System.getLogger(EngineLog.class.getName());
    private static final int LONGEST_LINE = 8192;
    private static final int CHUNK = 64 << 10;
    private static final Pattern COLOURS = Pattern.compile("\u001b\\[[0-9;]*[A-Za-z]");

    private final Path directory;
    private final Path file;
    private final long limitBytes;
    private final int limitLines;
    private final Clock clock;
    private final Object lock = new Object();
    /** Guarded by {@code lock}. */
    private final Deque<LogLine> lines = new ArrayDeque<>();
    private final ByteArrayOutputStream unfinished = new ByteArrayOutputStream();
    private long position;
    private long generation;
    private boolean inMidLine;

    EngineLog(String id, SupervisorSettings settings, Clock clock) {
        this.directory = settings.logDirectory();
        this.file = directory.resolve(id + ".log");
        this.limitBytes = settings.logLimitBytes();
        this.limitLines = settings.logLines();
        this.clock = clock;
    }

    /** Deletes the files of an instance that writes no more. A failure is logged: nothing hangs on it. */
    static void delete(String id, SupervisorSettings settings) {
        for (String name : List.of(id + ".log", id + ".log.1")) {
            try {
                Files.deleteIfExists(settings.logDirectory().resolve(name));
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "The log " + name + " of a removed instance cannot be deleted in "
                        + settings.logDirectory() + "; delete it by hand", e);
            }
        }
    }

    /** Where the engine appends to. It must append: the file is cut from the front. */
    Path file() {
        return file;
    }

    /** From here on the lines are those of this generation. What the file held before is not read again. */
    void begin(long newGeneration) throws IOException {
        PrivateFiles.createDirectories(directory);
        if (!Files.exists(file)) {
            PrivateFiles.create(file);
        }
        generation = newGeneration;
        unfinished.reset();
        position = Files.size(file);
        rotateIfLong();
    }

    /**
     * Goes on reading what an engine writes that an earlier daemon started. Its output from its start on is read again, for its
     * phases and its last words, unless that is more than an eighth of the log's bound.
     */
    void resume(long oldGeneration, long from) throws IOException {
        PrivateFiles.createDirectories(directory);
        if (!Files.exists(file)) {
            PrivateFiles.create(file);
        }
        generation = oldGeneration;
        unfinished.reset();
        long size = Files.size(file);
        long start = size < from ? 0 : from; // Shorter than it was: it has been cut from the front meanwhile.
        position = Math.max(start, size - limitBytes / 8);
        inMidLine = position > start;
    }

    /** Where the next byte that is read stands in the file. */
    long position() {
        return position;
    }

    /** Reads what came since the last time and returns its whole lines, tens of thousands at most. */
    List<String> read() throws IOException {
        List<String> fresh = new ArrayList<>();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() < position) {
                position = 0; // Somebody else cut it.
            }
            // One rotation's worth at most, so that an engine gone wild cannot hold its actor here.
            long end = Math.min(channel.size(), position + limitBytes);
            ByteBuffer buffer = ByteBuffer.allocate(CHUNK);
            while (position < end) {
                buffer.clear();
                int count = channel.read(buffer, position);
                if (count <= 0) {
                    break;
                }
                position += count;
                split(buffer.array(), count, fresh);
            }
        }
        keep(fresh);
        rotateIfLong();
        return fresh;
    }

    /** Progress bars end their lines with a carriage return alone. */
    private void split(byte[] bytes, int count, List<String> fresh) {
        for (int i = 0; i < count; i++) {
            if (bytes[i] == '\n' || bytes[i] == '\r') {
                finishLine(fresh);
            } else if (unfinished.size() < LONGEST_LINE) {
                unfinished.write(bytes[i]);
            }
        }
    }

    private void finishLine(List<String> fresh) {
        String line = COLOURS.matcher(unfinished.toString(StandardCharsets.UTF_8)).replaceAll("");
        unfinished.reset();
        if (inMidLine) {
            inMidLine = false; // The first half of it was left out.
        } else if (!line.isBlank()) {
            fresh.add(line.stripTrailing());
        }
    }

    /** The engine has ended: what stands there without a line end is a line too. */
    List<String> finish() throws IOException {
        List<String> fresh = new ArrayList<>(read());
        List<String> rest = new ArrayList<>();
        finishLine(rest);
        keep(rest);
        fresh.addAll(rest);
        return fresh;
    }

    private void keep(List<String> fresh) {
        synchronized (lock) {
            for (String line : fresh) {
                if (lines.size() == limitLines) {
                    lines.removeFirst();
                }
                lines.addLast(new LogLine(clock.instant(), generation, line));
            }
        }
    }

    /**
     * Copy and cut: the engine holds the file open, so it cannot be renamed. What it writes in the microseconds between the last
     * look and the cut is lost from the file.
     */
    private void rotateIfLong() throws IOException {
        if (position < limitBytes / 2) {
            return;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (channel.size() == position) {
                Files.copy(file, file.resolveSibling(file.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
            }
            if (channel.size() == position || position >= limitBytes) {
                channel.truncate(0);
                position = 0;
            }
        }
    }

    /** The newest lines of all generations, oldest first. */
    List<LogLine> last(int count) {
        synchronized (lock) {
            return lines.stream().skip(Math.max(0, lines.size() - count)).toList();
        }
    }

    /** The newest lines of the present generation, oldest first. */
    List<String> lastOfThisGeneration(int count) {
        return last(count).stream().filter(line -> line.generation() == generation).map(LogLine::text).toList();
    }
}
