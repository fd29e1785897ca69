package org.gatehouse.machine.layers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;

import org.gatehouse.machine.agent.Refused;

/**
 * Holds each block of an image against its hash tree (the kernel's Documentation/admin-guide/device-mapper/verity.rst), as
 * the kernel does with those that are read. All of it, before a layer is kept: a block that nobody reads for weeks is
 * otherwise found damaged when an engine wants it. One use, one thread.
 */
final class HashTree {
    private static final int BLOCK = 4096;
    private static final int HASH = 32;
    private static final int PER_BLOCK = BLOCK / HASH;
    private static final byte[] MAGIC = "verity\0\0".getBytes(StandardCharsets.US_ASCII);
    private static final int LONGEST_SALT = 256;
    private static final int SHOWN_EACH = 4096;

    private final FileChannel file;
    private final SignedImage image;
    private final MessageDigest digest;
    private final byte[] salt;
    private final long blocks;
    /** Where each level begins in the file; the lowest first. */
    private final List<Long> levels;

    private HashTree(FileChannel file, SignedImage image, byte[] salt, long blocks) throws NoSuchAlgorithmException {
        this.file = file;
        this.image = image;
        this.digest = MessageDigest.getInstance("SHA-256");
        this.salt = salt;
        this.blocks = blocks;
        this.levels = levels(image.tree().offset() + BLOCK, blocks);
    }

    /**
     * Checks all of it.
     *
     * @param progress is told how many bytes were held against the tree
     * @throws Refused when one block is not what the root hash vouches for
     */
    static void check(Path path, SignedImage image, LongConsumer progress) throws Refused, IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            ByteBuffer head = SignedImage.read(file, image.tree().offset(), 512);
            byte[] magic = new byte[MAGIC.length];
            byte[] algorithm = new byte[6];
            head.get(0, magic).get(32, algorithm);
            long blocks = head.getLong(72);
            int salted = Short.toUnsignedInt(head.getShort(80));
            if (!Arrays.equals(magic, MAGIC) || head.getInt(8) != 1 || head.getInt(12) != 1
                    || !new String(algorithm, StandardCharsets.US_ASCII).equals("sha256") || head.getInt(64) != BLOCK
                    || head.getInt(68) != BLOCK || salted > LONGEST_SALT || blocks <= 0
                    || blocks > image.data().size() / BLOCK) {
                throw LayerImages.damaged("its hash tree is none");
            }
            byte[] salt = new byte[salted];
            head.get(88, salt);
            new HashTree(file, image, salt, blocks).check(progress);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The highest level lies first, so the lowest is found last. */
    private static List<Long> levels(long begin, long blocks) {
        List<Long> sizes = new ArrayList<>();
        for (long below = blocks; below > 1 || sizes.isEmpty(); below = sizes.getLast()) {
            sizes.add((below + PER_BLOCK - 1) / PER_BLOCK);
        }
        List<Long> levels = new ArrayList<>();
        long at = begin;
        for (long size : sizes.reversed()) {
            levels.addFirst(at);
            at += size * BLOCK;
        }
        return levels;
    }

    private void check(LongConsumer progress) throws Refused, IOException {
        long below = blocks;
        long begin = image.data().offset();
        for (int level = 0; level < levels.size(); level++) {
            byte[] hashes = new byte[BLOCK];
            for (long i = 0; i < below; i++) {
                if (i % PER_BLOCK == 0) {
                    hashes = block(levels.get(level) + i / PER_BLOCK * BLOCK);
                }
                int at = (int) (i % PER_BLOCK) * HASH;
                hold(block(begin + i * BLOCK), Arrays.copyOfRange(hashes, at, at + HASH));
                if (level == 0 && i % SHOWN_EACH == 0) {
                    progress.accept(i * BLOCK);
                }
            }
            below = (below + PER_BLOCK - 1) / PER_BLOCK;
            begin = levels.get(level);
        }
        hold(block(levels.getLast()), image.rootHash());
    }

    private byte[] block(long at) throws Refused, IOException {
        return SignedImage.read(file, at, BLOCK).array();
    }

    private void hold(byte[] block, byte[] hash) throws Refused {
        digest.update(salt);
        if (!MessageDigest.isEqual(digest.digest(block), hash)) {
            throw LayerImages.damaged("a part of it is not what was signed");
        }
    }
}
