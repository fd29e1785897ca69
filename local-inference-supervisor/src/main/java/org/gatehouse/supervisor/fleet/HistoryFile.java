package org.gatehouse.supervisor.fleet;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.gatehouse.supervisor.planning.LearnedFootprint;

/** A history in a file. What cannot be written is kept in memory and logged; a damaged file is begun anew. Used by one thread. */
public final class HistoryFile implements EngineHistory {
    private static final System.Logger LOG = System.getLogger(HistoryFile.class.getName());

    private final Path file;
    private final MemoryHistory memory = new MemoryHistory();

    /** All of it, as the file has it. */
    record Content(List<Entry> entries) {}

    /** What is known by one key. */
    record Entry(Key key, MemoryHistory.Past past) {}

    /** The history in this file, whose directory exists. */
    public HistoryFile(Path file) {
        this.file = file;
        try {
            JsonFiles.read(file, Content.class, new Content(List.of())).entries()
                    .forEach(entry -> memory.restore(entry.key(), entry.past()));
        } catch (IOException | RuntimeException damaged) {
            LOG.log(System.Logger.Level.WARNING, "The history " + file
                    + " cannot be read and is begun anew; plans are estimates until engines have run again", damaged);
        }
    }

    @Override
    public List<LearnedFootprint> footprints(Key key) {
        return memory.footprints(key);
    }

    @Override
    public void learned(Key key, LearnedFootprint footprint) {
        memory.learned(key, footprint);
        write();
    }

    @Override
    public Optional<Duration> usual(Key key, Step step) {
        return memory.usual(key, step);
    }

    @Override
    public void took(Key key, Step step, Duration duration) {
        memory.took(key, step, duration);
        write();
    }

    private void write() {
        try {
            JsonFiles.write(file, new Content(memory.pasts().entrySet().stream()
                    .map(entry -> new Entry(entry.getKey(), entry.getValue())).toList()));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING,
                    "The history " + file + " cannot be written; free space on its disk", e);
        }
    }
}
