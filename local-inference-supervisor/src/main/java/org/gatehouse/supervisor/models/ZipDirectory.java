package org.gatehouse.supervisor.models;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipException;

/**
 * Reads the Unix modes from a zip's central directory, which {@link java.util.zip.ZipFile} keeps to itself: a symbolic link in a zip
 * is a small file with a mode that says so (APPNOTE.TXT 4.3.12, 4.4.15; the upper half of the external attributes).
 */
final class ZipDirectory {
    private static final int END = 0x06054b50;
    private static final int ENTRY = 0x02014b50;
    private static final int END_64 = 0x06064b50;
    private static final int LOCATOR_64 = 0x07064b50;
    private static final int END_SIZE = 22;
    private static final int LONGEST_COMMENT = 65_535;
    private static final int ENTRY_SIZE = 46;
    private static final int UNIX = 3;
    private static final long LARGEST = 256L << 20;

    private ZipDirectory() {}

    /** The modes in the order of the directory, which is also the order of {@code ZipFile.entries()}; 0 for unknown. */
    static List<Integer> modes(Path zip) throws IOException {
        try (FileChannel channel = FileChannel.open(zip, StandardOpenOption.READ)) {
            long size = channel.size();
            int tail = (int) Math.min(size, END_SIZE + LONGEST_COMMENT);
            ByteBuffer end = read(channel, size - tail, tail);
            int at = tail - END_SIZE;
            while (at >= 0 && end.getInt(at) != END) {
                at--;
            }
            if (at < 0) {
                throw new ZipException("it has no directory");
            }
            long length = end.getInt(at + 12) & 0xFFFFFFFFL;
            long offset = end.getInt(at + 16) & 0xFFFFFFFFL;
            if (at >= 20 && end.getInt(at - 20) == LOCATOR_64) {
                ByteBuffer end64 = read(channel, end.getLong(at - 20 + 8), 56);
                if (end64.getInt(0) == END_64) {
                    length = end64.getLong(40);
                    offset = end64.getLong(48);
                }
            }
            if (length < 0 || length > LARGEST || offset < 0 || offset + length > size) {
                throw new ZipException("its directory does not lie in it");
            }
            return modes(read(channel, offset, (int) length));
        }
    }

    private static List<Integer> modes(ByteBuffer directory) throws IOException {
        List<Integer> modes = new ArrayList<>();
        int at = 0;
        while (at + ENTRY_SIZE <= directory.limit()) {
            if (directory.getInt(at) != ENTRY) {
                throw new ZipException("its directory has something between its entries");
            }
            boolean unix = directory.get(at + 5) == UNIX;
            modes.add(unix ? directory.getInt(at + 38) >>> 16 : 0);
            at += ENTRY_SIZE + (directory.getShort(at + 28) & 0xFFFF) + (directory.getShort(at + 30) & 0xFFFF)
                    + (directory.getShort(at + 32) & 0xFFFF);
        }
        return modes;
    }

    private static ByteBuffer read(FileChannel channel, long from, int count) throws IOException {
        if (from < 0 || count < 0 || from + count > channel.size()) {
            throw new ZipException("its directory does not lie in it");
        }
        ByteBuffer buffer = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, from + buffer.position()) < 0) {
                throw new ZipException("it ends too early");
            }
        }
        return buffer.flip();
    }
}
