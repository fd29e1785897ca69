package org.gatehouse.audit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;

/**
 * The end of a node's hash chain. Immutable.
 *
 * <p>
 * A record's hash is SHA-256 over the hash before it (32 bytes), its sequence number (8 bytes, big endian) and its
 * canonical JSON (UTF-8). The hash before the first record is SHA-256 over {@code gatehouse trail 1} and the node's id
 * (16 bytes), which binds the whole chain to its node.
 *
 * @param sequence the last record's number; 0 before the first
 * @param hash its hash; never written to after it was handed over
 */
record ChainHead(long sequence, byte[] hash) {

    static final int HASH_BYTES = 32;

    /** The head of an empty trail. */
    static ChainHead start(UUID node) {
        MessageDigest sha256 = sha256();
        sha256.update("gatehouse trail 1".getBytes(StandardCharsets.UTF_8));
        sha256.update(ByteBuffer.allocate(16).putLong(node.getMostSignificantBits())
                .putLong(node.getLeastSignificantBits()).flip());
        return new ChainHead(0, sha256.digest());
    }

    /** The head after one more record. */
    ChainHead next(byte[] json, MessageDigest sha256) {
        byte[] next = new byte[HASH_BYTES];
        sha256.update(hash);
        long number = sequence + 1;
        for (int shift = 56; shift >= 0; shift -= 8) {
            sha256.update((byte) (number >>> shift));
        }
        sha256.update(json);
        try {
            sha256.digest(next, 0, HASH_BYTES);
        } catch (DigestException e) {
            throw new IllegalStateException(e);
        }
        return new ChainHead(number, next);
    }

    String hex() {
        return HexFormat.of().formatHex(hash);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ChainHead head && head.sequence == sequence && Arrays.equals(head.hash, hash);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(sequence);
    }

    @Override
    public String toString() {
        return sequence + ":" + hex();
    }
}
