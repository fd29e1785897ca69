package org.gatehouse.acceptance.machine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** The GUID partition table of a raw disk (UEFI specification 2.10, 5.3), as it lies there. Stateless. */
public final class PartitionTable {
    private static final int SECTOR = 512;
    private static final byte[] SIGNATURE = "EFI PART".getBytes(StandardCharsets.US_ASCII);

    private PartitionTable() {}

    /**
     * A partition.
     *
     * @param label its name
     * @param offset where it begins on the disk, in bytes
     * @param size in bytes
     */
    public record Partition(String label, long offset, long size) {}

    /** All partitions in the table's order. */
    public static List<Partition> of(Path rawDisk) throws IOException {
        try (FileChannel disk = FileChannel.open(rawDisk, StandardOpenOption.READ)) {
            ByteBuffer head = read(disk, SECTOR, SECTOR);
            byte[] signature = new byte[SIGNATURE.length];
            head.get(0, signature);
            if (!java.util.Arrays.equals(signature, SIGNATURE)) {
                throw new IOException(rawDisk + " has no GUID partition table");
            }
            long first = head.getLong(72);
            int count = head.getInt(80);
            int size = head.getInt(84);
            ByteBuffer entries = read(disk, first * SECTOR, count * size);
            List<Partition> partitions = new ArrayList<>();
            for (int at = 0; at < count * size; at += size) {
                if (entries.getLong(at) != 0 || entries.getLong(at + 8) != 0) {
                    byte[] label = new byte[72];
                    entries.get(at + 56, label);
                    long begin = entries.getLong(at + 32);
                    partitions.add(new Partition(new String(label, StandardCharsets.UTF_16LE).replace("\0", ""),
                            begin * SECTOR, (entries.getLong(at + 40) - begin + 1) * SECTOR));
                }
            }
            return partitions;
        }
    }

    private static ByteBuffer read(FileChannel disk, long offset, int size) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (disk.read(buffer, offset + buffer.position()) < 0) {
                throw new IOException("the disk ends at " + (offset + buffer.position()));
            }
        }
        return buffer.flip();
    }
}
