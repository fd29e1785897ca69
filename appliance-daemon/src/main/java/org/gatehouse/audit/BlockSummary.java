package org.gatehouse.audit;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Which values occur in a block of the trail's rows: a Bloom filter of 2 KiB, so it may say yes for what does not occur (about one in a
 * hundred), and never no for what does. Not thread-safe.
 */
final class BlockSummary {
    /** The columns that searches look for a value in; none whose values searches find by an index or by the time. */
    static final List<String> COLUMNS = List.of("kind", "trace_id", "request_id", "department_id", "project_id",
            "user_id", "scenario", "model", "upstream", "outcome", "error_code", "actor", "object_type", "object_id");
    private static final Map<String, Integer> NUMBERS = IntStream.range(0, COLUMNS.size()).boxed()
            .collect(Collectors.toMap(COLUMNS::get, number -> number));
    private static final int BYTES = 2048;
    private static final int BITS = BYTES * 8;
    private static final int HASHES = 6;

    private final byte[] bits;

    BlockSummary() {
        this(new byte[BYTES]);
    }

    /** One that was stored. */
    BlockSummary(byte[] bits) {
        this.bits = bits;
    }

    byte[] bytes() {
        return bits;
    }

    void add(int column, String value) {
        long hash = hash(column, value);
        for (int i = 0; i < HASHES; i++) {
            int bit = bit(hash, i);
            bits[bit >> 3] |= (byte) (1 << (bit & 7));
        }
    }

    /** Whether a column's value may occur; true for columns that it does not know. */
    boolean mayHold(String column, String value) {
        Integer number = NUMBERS.get(column);
        if (number == null) {
            return true;
        }
        long hash = hash(number, value);
        for (int i = 0; i < HASHES; i++) {
            int bit = bit(hash, i);
            if ((bits[bit >> 3] & 1 << (bit & 7)) == 0) {
                return false;
            }
        }
        return true;
    }

    /** Two halves of one hash make as many as are wanted (Kirsch and Mitzenmacher, 2006). */
    private static int bit(long hash, int number) {
        return Math.floorMod((int) hash + number * (int) (hash >>> 32), BITS);
    }

    private static long hash(int column, String value) {
        long hash = 0xcbf29ce484222325L ^ column;
        for (int i = 0; i < value.length(); i++) {
            hash = (hash ^ value.charAt(i)) * 0x100000001b3L;
        }
        // FNV's upper bits depend on few characters of short texts; this spreads them (the end of MurmurHash3).
        hash = (hash ^ hash >>> 33) * 0xff51afd7ed558ccdL;
        hash = (hash ^ hash >>> 33) * 0xc4ceb9fe1a85ec53L;
        return hash ^ hash >>> 33;
    }
}
