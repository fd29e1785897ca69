package org.gatehouse.audit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.VerificationResult.Broken;
import org.gatehouse.store.SigningKey;

/** Checks one node's rows, given one after another in the order of their numbers. Confined to one thread. */
final class ChainCheck {

    /**
     * So many records may follow each other without a signature. A running trail signs every thousand or so; only while
     * the database is away may there be more between.
     */
    static final int MOST_UNSIGNED = 100_000;

    private final UUID node;
    private final @Nullable PublicKey key;
    private final MessageDigest sha256 = ChainHead.sha256();
    /** Hashes since the last signed place, for the next checkpoint to point at. */
    private final Map<Long, byte[]> unsigned = new HashMap<>();
    private ChainHead head;
    private long records;
    private long checkpoints;

    /**
     * @param start what the first row must be linked to
     * @param key to check signatures with; {@code null} leaves them unchecked
     */
    ChainCheck(UUID node, ChainHead start, @Nullable PublicKey key) {
        this.node = node;
        this.head = start;
        this.key = key;
        unsigned.put(start.sequence(), start.hash());
    }

    /** Checks the next row; {@code null} when it is as it was written. */
    @Nullable
    Broken next(TrailRow row) {
        long expected = head.sequence() + 1;
        if (row.sequence() != expected) {
            return broken(expected, row.sequence() > expected
                    ? "missing; the next one there is " + row.sequence()
                    : "out of order: record " + row.sequence() + " stands in its place");
        }
        if (!Arrays.equals(row.previous(), head.hash())) {
            return broken(expected, "not linked to the record before it: that one or the link was changed");
        }
        ChainHead next = head.next(row.json().getBytes(StandardCharsets.UTF_8), sha256);
        if (!Arrays.equals(next.hash(), row.hash())) {
            return broken(expected, "changed: its hash does not match its content");
        }
        if (row.columnDifference() != null) {
            return broken(expected, "changed: its column " + row.columnDifference() + " does not say what it recorded");
        }
        head = next;
        records++;
        unsigned.put(next.sequence(), next.hash());
        if (unsigned.size() > MOST_UNSIGNED) {
            return broken(expected, "no signed checkpoint among the " + MOST_UNSIGNED + " records before it");
        }
        return checkpoint(row);
    }

    ChainHead head() {
        return head;
    }

    long records() {
        return records;
    }

    long checkpoints() {
        return checkpoints;
    }

    Broken broken(long sequence, String reason) {
        return new Broken(node, sequence, reason);
    }

    private @Nullable Broken checkpoint(TrailRow row) {
        if (!row.json().startsWith("{\"kind\":\"checkpoint\"")) {
            return null;
        }
        if (!(RecordJson.read(row.json()) instanceof Checkpoint checkpoint)) {
            return broken(row.sequence(), "not a readable checkpoint");
        }
        if (key != null && !SigningKey.verifies(key, checkpoint.message(), bytes(checkpoint.signature()))) {
            return broken(row.sequence(), "its signature is not this node's");
        }
        byte[] signed = unsigned.get(checkpoint.sequence());
        if (!checkpoint.node().equals(node)
                || signed != null && !HexFormat.of().formatHex(signed).equals(checkpoint.head())) {
            return broken(row.sequence(), "the signed state of record " + checkpoint.sequence()
                    + " is not what stands there: the trail before it was rewritten");
        }
        checkpoints++;
        unsigned.keySet().removeIf(sequence -> sequence < checkpoint.sequence());
        return null;
    }

    private static byte[] bytes(String hex) {
        try {
            return HexFormat.of().parseHex(hex);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }
}
