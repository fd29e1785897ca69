package org.gatehouse.supervisor.models;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Reads the entries of a tar stream: ustar with GNU long names and pax headers (POSIX.1-2017, pax, "ustar Interchange Format").
 * Belongs to one thread.
 */
final class TarReader {
    static final int BLOCK = 512;
    /** A path is never near this long; a header that claims more wants memory. */
    private static final long LONGEST_META = 1 << 20;
    /** An entry has a global and an own pax header, a long name and a long link at most. */
    private static final int MOST_HEADERS = 8;

    private final InputStream in;
    private long position;
    private long unread;
    private long padding;

    TarReader(InputStream in) {
        this.in = in;
    }

    /** What an entry is. */
    enum Type {
        FILE, DIRECTORY, LINK, OTHER
    }

    /**
     * An entry.
     *
     * @param offset where its bytes begin in the stream
     */
    record Entry(String name, Type type, long size, long offset) {}

    /** The archive contradicts itself. */
    static final class Damaged extends IOException {
        private static final long serialVersionUID = 1L;

        Damaged(String message) {
            super(message);
        }
    }

    /** The next entry, or {@code null} at the end. Bytes of the one before that were not read are skipped. */
    @Nullable
    Entry next() throws IOException {
        Map<String, String> pax = new HashMap<>();
        String longName = null;
        for (int headers = 0;; headers++) {
            skipRest();
            if (headers > MOST_HEADERS) {
                throw new Damaged("an entry in it has more than " + MOST_HEADERS + " headers");
            }
            byte[] header = in.readNBytes(BLOCK);
            position += header.length;
            if (header.length == BLOCK && isZero(header)) {
                return null;
            }
            if (header.length == 0) {
                // POSIX ends an archive with two zero blocks; without them it may have been cut between two entries.
                throw new Damaged("it has no end mark");
            }
            if (header.length < BLOCK) {
                throw new Damaged("it ends inside of a header");
            }
            checkSum(header);
            long size = number(header, 124, 12);
            unread = size;
            padding = (BLOCK - size % BLOCK) % BLOCK;
            switch (header[156]) {
                case 'L' -> longName = meta(size).replaceAll("\0.*$", "");
                case 'K' -> meta(size);
                case 'x' -> pax.putAll(records(meta(size)));
                case 'g' -> meta(size);
                default -> {
                    return entry(header, size, pax, longName);
                }
            }
        }
    }

    private Entry entry(byte[] header, long headerSize, Map<String, String> pax, @Nullable String longName)
            throws IOException {
        String prefix = text(header, 345, 155);
        String name = text(header, 0, 100);
        boolean ustar = text(header, 257, 5).equals("ustar") && header[262] == 0;
        if (ustar && !prefix.isEmpty()) {
            name = prefix + "/" + name;
        }
        if (longName != null) {
            name = longName;
        }
        name = pax.getOrDefault("path", name);
        long size = headerSize;
        if (pax.containsKey("size")) {
            try {
                size = Long.parseLong(pax.get("size"));
            } catch (NumberFormatException e) {
                throw new Damaged("a size in it is not a number");
            }
            if (size < 0) {
                throw new Damaged("a size in it is negative");
            }
        }
        boolean sparse = pax.keySet().stream().anyMatch(key -> key.startsWith("GNU.sparse"));
        Type type = sparse ? Type.OTHER : switch (header[156]) {
            case 0, '0', '7' -> name.endsWith("/") ? Type.DIRECTORY : Type.FILE;
            case '5' -> Type.DIRECTORY;
            case '1', '2' -> Type.LINK;
            default -> Type.OTHER;
        };
        unread = type == Type.FILE || type == Type.OTHER ? size : 0;
        padding = (BLOCK - unread % BLOCK) % BLOCK;
        return new Entry(name, type, unread, position);
    }

    /** Reads bytes of the entry; -1 at its end. */
    int read(byte[] buffer) throws IOException {
        if (unread == 0) {
            return -1;
        }
        int count = in.read(buffer, 0, (int) Math.min(buffer.length, unread));
        if (count < 0) {
            throw new EOFException();
        }
        unread -= count;
        position += count;
        return count;
    }

    private void skipRest() throws IOException {
        long skip = unread + padding;
        in.skipNBytes(skip);
        position += skip;
        unread = 0;
        padding = 0;
    }

    private String meta(long size) throws IOException {
        if (size > LONGEST_META) {
            throw new Damaged("a header in it claims " + size + " bytes");
        }
        byte[] bytes = in.readNBytes((int) size);
        if (bytes.length < size) {
            throw new EOFException();
        }
        position += size;
        unread = 0;
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** Records are {@code "%d %s=%s\n"} with the length of the whole record in bytes in front. */
    private static Map<String, String> records(String text) throws IOException {
        Map<String, String> records = new HashMap<>();
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int at = 0;
        while (at < bytes.length && bytes[at] != 0) {
            int space = at;
            while (space < bytes.length && bytes[space] != ' ') {
                space++;
            }
            int length;
            try {
                length = Integer.parseInt(new String(bytes, at, space - at, StandardCharsets.US_ASCII));
            } catch (NumberFormatException e) {
                throw new Damaged("a pax header in it has no length");
            }
            if (length <= space - at + 1 || length > bytes.length - at) {
                throw new Damaged("a pax header in it has a wrong length");
            }
            String record = new String(bytes, space + 1, length - (space - at) - 2, StandardCharsets.UTF_8);
            int equals = record.indexOf('=');
            if (equals > 0) {
                records.put(record.substring(0, equals), record.substring(equals + 1));
            }
            at += length;
        }
        return records;
    }

    private static void checkSum(byte[] header) throws IOException {
        long wanted = number(header, 148, 8);
        long sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            sum += i >= 148 && i < 156 ? ' ' : header[i] & 0xFF;
        }
        if (sum != wanted) {
            throw new Damaged("a header in it has a wrong checksum");
        }
    }

    /** Octal digits, or, with the first bit set, a big-endian number (GNU). */
    private static long number(byte[] header, int from, int length) throws IOException {
        if ((header[from] & 0x80) != 0) {
            long value = header[from] & 0x3F;
            for (int i = from + 1; i < from + length; i++) {
                if (value > Long.MAX_VALUE >> 9) {
                    throw new Damaged("a number in it is too large");
                }
                value = value << 8 | header[i] & 0xFF;
            }
            return value;
        }
        String digits = text(header, from, length).strip();
        try {
            return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
        } catch (NumberFormatException e) {
            throw new Damaged("a number in it is not octal");
        }
    }

    private static String text(byte[] header, int from, int length) {
        int end = from;
        while (end < from + length && header[end] != 0) {
            end++;
        }
        return new String(header, from, end - from, StandardCharsets.UTF_8);
    }

    private static boolean isZero(byte[] block) {
        for (byte single : block) {
            if (single != 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether a file that begins with these bytes is a tar. */
    static boolean isTar(byte[] start) {
        if (start.length < BLOCK || isZero(start)) {
            return false;
        }
        try {
            checkSum(start);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
