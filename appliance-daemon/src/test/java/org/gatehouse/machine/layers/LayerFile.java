package org.gatehouse.machine.layers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import java.util.UUID;

/**
 * A layer's image as the build makes one: partition table, data, hash tree, signature. The signature is the word
 * {@code signer:rootHash}, which the tests' openssl understands.
 */
final class LayerFile {
    static final int BLOCK = 4096;
    static final int DATA = 64 << 10;
    private static final byte[] SALT = {1, 2, 3};

    final int blocks;
    final int tree;
    final int signature;
    final byte[] bytes;

    LayerFile(int blocks, String text, String signer) {
        this.blocks = blocks;
        this.tree = DATA + blocks * BLOCK;
        byte[][] levels = {content(blocks, text)};
        byte[] above = new byte[0];
        byte[] level = levels[0];
        do {
            level = hashes(level);
            byte[] both = Arrays.copyOf(level, level.length + above.length);
            System.arraycopy(above, 0, both, level.length, above.length);
            above = both;
        } while (level.length > BLOCK);
        String root = HexFormat.of().formatHex(hash(level, 0));
        this.signature = tree + BLOCK + above.length;
        this.bytes = new byte[signature + 16384];
        System.arraycopy(levels[0], 0, bytes, DATA, levels[0].length);
        System.arraycopy(above, 0, bytes, tree + BLOCK, above.length);
        head();
        sign(root, signer);
        table();
    }

    private static byte[] content(int blocks, String text) {
        byte[] content = new byte[blocks * BLOCK];
        new Random(7).nextBytes(content);
        byte[] start = (text + "\n").getBytes(StandardCharsets.UTF_8);
        System.arraycopy(start, 0, content, 0, start.length);
        return content;
    }

    private static byte[] hashes(byte[] below) {
        int count = below.length / BLOCK;
        byte[] level = new byte[(count + 127) / 128 * BLOCK];
        for (int i = 0; i < count; i++) {
            System.arraycopy(hash(below, i), 0, level, i * 32, 32);
        }
        return level;
    }

    private static byte[] hash(byte[] blocks, int index) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(SALT);
            digest.update(blocks, index * BLOCK, BLOCK);
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private void head() {
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).position(tree)
                .put("verity\0\0".getBytes(StandardCharsets.US_ASCII)).putInt(1).putInt(1).put(new byte[16])
                .put(Arrays.copyOf("sha256".getBytes(StandardCharsets.US_ASCII), 32)).putInt(BLOCK).putInt(BLOCK)
                .putLong(blocks).putShort((short) SALT.length).put(new byte[6]).put(SALT);
    }

    void sign(String root, String signer) {
        String said = Base64.getEncoder().encodeToString((signer + ":" + root).getBytes(StandardCharsets.US_ASCII));
        byte[] json = ("{\"rootHash\":\"" + root + "\",\"signature\":\"" + said + "\"}")
                .getBytes(StandardCharsets.US_ASCII);
        Arrays.fill(bytes, signature, signature + 16384, (byte) 0);
        System.arraycopy(json, 0, bytes, signature, json.length);
    }

    private void table() {
        ByteBuffer table = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        table.position(512).put("EFI PART".getBytes(StandardCharsets.US_ASCII));
        table.putLong(512 + 72, 2).putInt(512 + 80, 128).putInt(512 + 84, 128);
        entry(table, 0, "4f68bce3-e8cd-4db1-96e7-fbcaf984b709", DATA, tree);
        entry(table, 1, "2c7357ed-ebd2-46d9-aec1-23d437ec2bf5", tree, signature);
        entry(table, 2, "41092b05-9fc8-4523-994f-2def0408b176", signature, bytes.length);
    }

    private static void entry(ByteBuffer table, int index, String type, int begin, int end) {
        int at = 1024 + index * 128;
        UUID id = UUID.fromString(type);
        long high = id.getMostSignificantBits();
        table.putInt(at, (int) (high >> 32)).putShort(at + 4, (short) (high >> 16)).putShort(at + 6, (short) high);
        table.duplicate().order(ByteOrder.BIG_ENDIAN).putLong(at + 8, id.getLeastSignificantBits());
        table.putLong(at + 32, begin / 512).putLong(at + 40, end / 512 - 1);
    }

    LayerFile flip(int at) {
        bytes[at] ^= 1;
        return this;
    }

    void in(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
    }
}
