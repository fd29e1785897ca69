package org.gatehouse.audit;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.zip.CRC32C;

import org.jspecify.annotations.Nullable;

/**
 * One file of the journal, as it is read. It is named by a serial number, starts with a header (magic, the node,
 * CRC32C), has its full length from the start, and zeros where nothing was written yet.
 */
final class Segment {

    static final String SUFFIX = ".journal";
    static final int HEADER = 64;

    private static final long MAGIC = 0x4748_4A4F_5552_4E31L;
    private static final int HEADER_CHECKED = 24;

    private Segment() {}

    static Path path(Path directory, long serial) {
        return directory.resolve(HexFormat.of().toHexDigits(serial) + SUFFIX);
    }

    static ByteBuffer header(UUID node) {
        ByteBuffer header = ByteBuffer.allocate(HEADER).putLong(MAGIC).putLong(node.getMostSignificantBits())
                .putLong(node.getLeastSignificantBits());
        header.putInt(HEADER_CHECKED, headerCrc(header));
        return header.position(0);
    }

    /** What a walk over a segment meets. */
    interface Visitor {
        /**
         * A whole record.
         *
         * @param bodies the pieces of its bodies
         * @param end where the next frame starts
         * @return whether to go on
         */
        boolean record(ChainHead head, Supplier<byte[]> json, List<BodyChunk> bodies, int end);

        /** Bytes that were acknowledged once and are damaged now; the walk goes on behind them. */
        void damage(int at);
    }

    /**
     * Walks the whole frames of a file from an offset on, until the visitor answers false or they end.
     *
     * <p>
     * A torn end is told from damage by what stands behind it. The last batch before a crash was never acknowledged, so
     * any part of it may be missing; but where a frame of a later batch follows, or a later segment that starts with a
     * higher number, everything before was forced to the disk.
     *
     * @param after the number of the last record before the offset
     * @param nextFirst the first number of the next segment, which stands above anything here; {@link Long#MAX_VALUE}
     *        when there is none
     * @return the number of the last record met, or {@code after}
     * @throws IOException when the file cannot be read or is not this node's
     */
    static long walk(Path file, UUID node, int from, long after, long nextFirst, Visitor visitor) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ); Arena arena = Arena.ofConfined()) {
            long size = Math.min(channel.size(), Integer.MAX_VALUE - 8);
            if (size < HEADER) {
                return after;
            }
            ByteBuffer in = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena).asByteBuffer();
            if (isBlank(in)) {
                // The process ended while it was making the file: the header goes in last.
                return after;
            }
            if (!isHeader(in, node)) {
                throw new IOException("not a journal segment of node " + node);
            }
            return walk(in, Math.max(from, HEADER), after, nextFirst, visitor);
        }
    }

    /** The same for a segment that is in memory, from its start. */
    static long walk(ByteBuffer in, Path file, UUID node, long after, long nextFirst, Visitor visitor)
            throws IOException {
        if (in.limit() < HEADER || !isHeader(in, node)) {
            throw new IOException("not a journal segment of node " + node + ": " + file);
        }
        return walk(in, HEADER, after, nextFirst, visitor);
    }

    private static long walk(ByteBuffer in, int from, long after, long nextFirst, Visitor visitor) {
        List<BodyChunk> bodies = new ArrayList<>();
        long last = after;
        int at = from;
        while (last + 1 < nextFirst) {
            if (!Frames.isFrame(in, at)) {
                if (!wasAcknowledged(in, at, last, nextFirst)) {
                    return last;
                }
                visitor.damage(at);
                bodies.clear();
                at = nextFrame(in, at);
                if (at < 0) {
                    return last;
                }
                continue;
            }
            int end = at + Frames.size(in, at);
            if (Frames.isRecord(in, at)) {
                int position = at;
                ChainHead head = Frames.head(in, at);
                if (head.sequence() >= nextFirst || !visitor.record(head, () -> Frames.json(in, position),
                        List.copyOf(bodies), end)) {
                    return last;
                }
                last = head.sequence();
                bodies.clear();
            } else {
                bodies.add(Frames.body(in, at));
            }
            at = end;
        }
        return last;
    }

    private static boolean wasAcknowledged(ByteBuffer in, int at, long last, long nextFirst) {
        if (nextFirst != Long.MAX_VALUE) {
            return true;
        }
        for (int next = nextFrame(in, at); next >= 0; next = nextFrame(in, next)) {
            if (Frames.batch(in, next) > last + 1) {
                return true;
            }
        }
        return false;
    }

    private static int nextFrame(ByteBuffer in, int at) {
        for (int next = at + 8; next + Frames.HEADER <= in.limit(); next += 8) {
            if (in.getInt(next) != 0 && Frames.isFrame(in, next)) {
                return next;
            }
        }
        return -1;
    }

    private static boolean isBlank(ByteBuffer in) {
        for (int at = 0; at < HEADER; at += 8) {
            if (in.getLong(at) != 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isHeader(ByteBuffer in, UUID node) {
        return in.getLong(0) == MAGIC && in.getInt(HEADER_CHECKED) == headerCrc(in)
                && in.getLong(8) == node.getMostSignificantBits() && in.getLong(16) == node.getLeastSignificantBits();
    }

    private static int headerCrc(ByteBuffer header) {
        CRC32C crc = new CRC32C();
        crc.update(header.slice(0, HEADER_CHECKED));
        return (int) crc.getValue();
    }

    /** The serial number in a segment's name; {@code null} for another file. */
    static @Nullable Long serial(Path file) {
        Path name = file.getFileName();
        if (name == null || !name.toString().endsWith(SUFFIX)) {
            return null;
        }
        String digits = name.toString().substring(0, name.toString().length() - SUFFIX.length());
        try {
            return Long.parseLong(digits, 16);
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
