package org.gatehouse.audit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

import org.jspecify.annotations.Nullable;

/**
 * The trail's second place: what the journal handed to the embedded database is kept beside it for as long as the
 * database keeps it, so that a database file that cannot be read any more is rebuilt without losing a record. Thread-safe.
 *
 * <p>
 * A segment comes here by being renamed, which costs nothing; {@link #tidy} packs it and takes out what
 * retention has removed from the database: old records, and bodies that expired. When all of them take more space than
 * they may, the oldest files go; that is noted, so that they are not written again from the database's rows.
 */
final class KeptRecords {

    private static final String RAW = ".kept";
    private static final String PACKED = ".packed";
    private static final HexFormat HEX = HexFormat.of();
    private static final int HEX_DIGITS = 16;

    private static final String DROPPED = "dropped";

    private final Path directory;
    private final UUID node;
    private final long maximumBytes;
    private volatile Space space = new Space(0, 0);

    /**
     * @param journal the journal's directory
     * @param maximumBytes what the files may take together; the newest stays in any case
     */
    KeptRecords(Path journal, UUID node, long maximumBytes) {
        this.directory = journal.resolve("kept");
        this.node = node;
        this.maximumBytes = maximumBytes;
    }

    /**
     * The space that the files take.
     *
     * @param bytes together
     * @param droppedUpTo the last record that was dropped for want of space; 0 when none was
     */
    record Space(long bytes, long droppedUpTo) {}

    /** As of the last change; reads memory only. */
    Space space() {
        return space;
    }

    /** Drops the oldest files while all of them take more space than they may. */
    synchronized void bound() throws IOException {
        Deque<Kept> files = new ArrayDeque<>(files());
        long bytes = 0;
        for (Kept file : files) {
            bytes += Files.size(file.path());
        }
        long dropped = droppedUpTo();
        while (bytes > maximumBytes && files.size() > 1) {
            Kept oldest = files.removeFirst();
            dropped = Math.max(dropped, oldest.last());
            bytes -= Files.size(oldest.path());
            // Noted first: what is missing without a note is written again.
            noteDropped(dropped);
            Files.delete(oldest.path());
        }
        if (dropped > 0 && space.droppedUpTo() == 0) {
            System.getLogger(KeptRecords.class.getName()).log(System.Logger.Level.WARNING,
                    "The records kept for a rebuild take all of their {0} MiB: those up to record {1} are in the database "
                            + "only from now on. Raise journal.kept-max-bytes if the disk has space, or back up.",
                    maximumBytes >> 20, dropped);
        }
        space = new Space(bytes, dropped);
    }

    private void noteDropped(long upTo) throws IOException {
        Path unfinished = directory.resolve(DROPPED + ".unfinished");
        try (FileChannel file = FileChannel.open(unfinished, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            file.write(ByteBuffer.wrap((upTo + "\n").getBytes(StandardCharsets.US_ASCII)));
            file.force(true);
        }
        Files.move(unfinished, directory.resolve(DROPPED), StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        force();
    }

    private long droppedUpTo() throws IOException {
        Path note = directory.resolve(DROPPED);
        return Files.exists(note) ? Long.parseLong(Files.readString(note).strip()) : 0;
    }

    /**
     * One file.
     *
     * @param first the number of its first record
     * @param last and of its last
     * @param nextExpiry when the first of its bodies expires, microseconds; not known for a file that is not packed
     */
    record Kept(Path path, long first, long last, long nextExpiry) {
        boolean isPacked() {
            return path.toString().endsWith(PACKED);
        }
    }

    /** Takes over a segment that the journal is done with. */
    synchronized void keep(Path segment, long first, long last) throws IOException {
        Files.createDirectories(directory);
        Files.move(segment, directory.resolve(HEX.toHexDigits(first) + "-" + HEX.toHexDigits(last) + RAW),
                StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        force();
        bound();
    }

    /** All files, by their first record. */
    synchronized List<Kept> files() throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        List<Kept> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Kept kept = parse(file);
                if (kept != null) {
                    found.add(kept);
                }
            }
        }
        found.sort(Comparator.comparingLong(Kept::first).thenComparingLong(Kept::last));
        return found;
    }

    /** Hands over what a file holds, in order. */
    void read(Kept kept, Segment.Visitor visitor) throws IOException {
        if (kept.isPacked()) {
            try (InputStream in = new GZIPInputStream(Files.newInputStream(kept.path()), 1 << 16)) {
                Segment.walk(ByteBuffer.wrap(in.readAllBytes()), kept.path(), node, kept.first() - 1, kept.last() + 1,
                        visitor);
            }
        } else {
            Segment.walk(kept.path(), node, 0, kept.first() - 1, kept.last() + 1, visitor);
        }
    }

    /**
     * Deletes the files of which the database keeps nothing, packs the others and takes expired bodies out of them. Reads
     * and writes each 16 MiB segment once, later only when a body in it expires.
     *
     * @param removedUpTo the last record that retention has removed
     */
    void tidy(long removedUpTo, long nowMicros) throws IOException {
        for (Kept kept : files()) {
            if (kept.last() <= removedUpTo) {
                Files.deleteIfExists(kept.path());
            } else if (!kept.isPacked() || kept.nextExpiry() <= nowMicros) {
                Packing packing = new Packing(nowMicros);
                read(kept, packing);
                if (!packing.damaged) {
                    replace(kept, packing);
                }
            }
        }
        if (removedUpTo >= droppedUpTo()) {
            // The database has none of them either.
            Files.deleteIfExists(directory.resolve(DROPPED));
        }
        bound();
    }

    /** Writes records that never went through this journal, such as a restored backup's, as a file of their own. */
    void add(List<Committed> run) throws IOException {
        Packing packing = new Packing(Long.MAX_VALUE);
        for (Committed row : run) {
            packing.record(row.head(), row::json, row.bodies(), 0);
        }
        write(run.getFirst().sequence(), run.getLast().sequence(), packing);
    }

    private synchronized void replace(Kept kept, Packing packing) throws IOException {
        Path written = write(kept.first(), kept.last(), packing);
        if (!written.equals(kept.path())) {
            Files.deleteIfExists(kept.path());
        }
    }

    private synchronized Path write(long first, long last, Packing packing) throws IOException {
        Files.createDirectories(directory);
        Path target = directory.resolve(HEX.toHexDigits(first) + "-" + HEX.toHexDigits(last) + "-"
                + HEX.toHexDigits(packing.nextExpiry) + PACKED);
        Path unfinished = directory.resolve("unfinished");
        try (FileChannel file = FileChannel.open(unfinished, StandardOpenOption.CREATE, StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 20);
            try (OutputStream out = new GZIPOutputStream(bytes, 1 << 16)) {
                out.write(Segment.header(node).array());
                packing.frames.writeTo(out);
            }
            file.write(ByteBuffer.wrap(bytes.toByteArray()));
            file.force(true);
        }
        Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        force();
        return target;
    }

    private void force() throws IOException {
        try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    private static @Nullable Kept parse(Path file) {
        String name = Objects.requireNonNull(file.getFileName()).toString();
        boolean packed = name.endsWith(PACKED);
        if (!packed && !name.endsWith(RAW)) {
            return null;
        }
        String[] parts = name.substring(0, name.length() - (packed ? PACKED : RAW).length()).split("-", -1);
        if (parts.length != (packed ? 3 : 2)) {
            return null;
        }
        for (String part : parts) {
            if (part.length() != HEX_DIGITS || !part.chars().allMatch(HexFormat::isHexDigit)) {
                return null;
            }
        }
        return new Kept(file, HexFormat.fromHexDigitsToLong(parts[0]), HexFormat.fromHexDigitsToLong(parts[1]),
                packed ? HexFormat.fromHexDigitsToLong(parts[2]) : 0);
    }

    /** Collects the frames of a file again, without the bodies that expired. */
    private static final class Packing implements Segment.Visitor {

        private final ByteArrayOutputStream frames = new ByteArrayOutputStream(1 << 20);
        private final long nowMicros;
        private long nextExpiry = Long.MAX_VALUE;
        private boolean damaged;

        Packing(long nowMicros) {
            this.nowMicros = nowMicros;
        }

        @Override
        public boolean record(ChainHead head, java.util.function.Supplier<byte[]> json, List<BodyChunk> bodies,
                int end) {
            byte[] text = json.get();
            List<BodyChunk> live = bodies.stream().filter(chunk -> chunk.expiresAtMicros() > nowMicros).toList();
            int size = Frames.sizeOfRecord(text) + live.stream().mapToInt(Frames::sizeOfBody).sum();
            ByteBuffer out = ByteBuffer.allocate(size);
            for (BodyChunk chunk : live) {
                Frames.putBody(out, head.sequence(), chunk);
                nextExpiry = Math.min(nextExpiry, chunk.expiresAtMicros());
            }
            Frames.putRecord(out, head.sequence(), head, text);
            frames.write(out.array(), 0, out.position());
            return true;
        }

        @Override
        public void damage(int at) {
            damaged = true;
        }
    }
}
