package org.gatehouse.acceptance.machine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * A USB stick, kept in a raw file: as people buy it, or as somebody with bad intentions makes it.
 *
 * @param file where it lies
 */
public record Stick(Path file) {
    /** The first partition of a stick as it is bought begins here. */
    private static final int BEFORE = 1 << 20;
    private static final int SECTOR = 512;
    private static final int TABLE = 446;
    private static final long BYTES = 512L << 20;

    /** As it is bought: one FAT partition, with these files in its topmost folder. */
    public static Stick fat(Path file, Map<String, Path> files) throws IOException {
        Stick stick = blank(file).withPartition(0, 0x0c, BEFORE, BYTES - BEFORE);
        Programs.run("mkfs.vfat", "-F", "32", "-n", "UPDATES", "--offset", Integer.toString(BEFORE / SECTOR),
                file.toString(), Long.toString((BYTES - BEFORE) / 1024));
        for (Map.Entry<String, Path> one : files.entrySet()) {
            Programs.run("mcopy", "-i", file + "@@" + BEFORE, one.getValue().toString(), "::" + one.getKey());
        }
        return stick;
    }

    /** The same with an empty folder in its topmost one. */
    public Stick withFolder(String name) throws IOException {
        Programs.run("mmd", "-i", file + "@@" + BEFORE, "::" + name);
        return this;
    }

    /** A file of its FAT partition, as another computer reads it. */
    public Path copyOut(String name, Path to) throws IOException {
        Programs.run("mcopy", "-n", "-i", file + "@@" + BEFORE, "::" + name, to.toString());
        return to;
    }

    /** All of it one ext4 file system that holds what a folder holds, links included. */
    public static Stick ext4(Path file, Path content) throws IOException {
        Stick stick = blank(file);
        Programs.run("mke2fs", "-q", "-F", "-t", "ext4", "-d", content.toString(), file.toString());
        return stick;
    }

    /** Nothing on it. */
    public static Stick blank(Path file) throws IOException {
        return new Stick(Disk.blank(file, BYTES).file());
    }

    /** Partitions by a table with GUIDs, made by the lines of an sfdisk script. */
    public Stick withTable(String script) throws IOException {
        Path lines = Files.writeString(file.resolveSibling(file.getFileName() + ".table"), script);
        Programs.run("sh", "-c", "sfdisk --quiet \"$1\" <\"$2\"", "sh", file.toString(), lines.toString());
        return this;
    }

    /** An entry of the old partition table, true or not. */
    public Stick withPartition(int entry, int kind, long offset, long size) throws IOException {
        ByteBuffer one = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).put(4, (byte) kind)
                .putInt(8, (int) (offset / SECTOR)).putInt(12, (int) (size / SECTOR));
        overwrite(TABLE + 16L * entry, one.array());
        return overwrite(SECTOR - 2, new byte[]{0x55, (byte) 0xaa});
    }

    /** Bytes of it, whatever they meant. */
    public Stick overwrite(long at, byte[] bytes) throws IOException {
        try (FileChannel stick = FileChannel.open(file, StandardOpenOption.WRITE)) {
            stick.write(ByteBuffer.wrap(bytes), at);
        }
        return this;
    }
}
