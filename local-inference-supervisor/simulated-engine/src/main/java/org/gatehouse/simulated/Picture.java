package org.gatehouse.simulated;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** A tiny real PNG: a square of one colour that names itself as simulated in its text chunk. */
final class Picture {
    private static final int SIDE = 16;
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

    private Picture() {}

    /** The square in a colour that depends on {@code seed}. */
    static byte[] png(int seed) {
        byte[] rows = new byte[SIDE * (1 + SIDE * 3)];
        for (int row = 0; row < SIDE; row++) {
            for (int column = 0; column < SIDE; column++) {
                int at = row * (1 + SIDE * 3) + 1 + column * 3;
                rows[at] = (byte) seed;
                rows[at + 1] = (byte) (seed >> 8);
                rows[at + 2] = (byte) (seed >> 16);
            }
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        png.writeBytes(SIGNATURE);
        byte[] header = ByteBuffer.allocate(13).putInt(SIDE).putInt(SIDE).put((byte) 8).put((byte) 2).array();
        chunk("IHDR", header, png);
        chunk("tEXt", Bytes.of("Comment\0simulated"), png);
        chunk("IDAT", compressed(rows), png);
        chunk("IEND", new byte[0], png);
        return png.toByteArray();
    }

    private static byte[] compressed(byte[] rows) {
        try (Deflater deflater = new Deflater()) {
            deflater.setInput(rows);
            deflater.finish();
            byte[] buffer = new byte[rows.length + 64];
            return Arrays.copyOf(buffer, deflater.deflate(buffer));
        }
    }

    private static void chunk(String type, byte[] data, ByteArrayOutputStream png) {
        byte[] typed = ByteBuffer.allocate(4 + data.length).put(Bytes.of(type)).put(data).array();
        CRC32 sum = new CRC32();
        sum.update(typed);
        png.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
        png.writeBytes(typed);
        png.writeBytes(ByteBuffer.allocate(4).putInt((int) sum.getValue()).array());
    }
}
