package org.gatehouse.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Remembers the trail's end outside of the database, so that rows deleted from its end are missed. Two slots, written in
 * turn: a torn write costs the newer one only. Not forced to the disk: after a power cut it may be a little old, which
 * makes it weaker evidence but never wrong. Confined to one thread.
 */
final class HeadFile implements AutoCloseable {

    static final String NAME = "trail-head";

    private static final int SLOT = 64;
    private static final int CHECKED = 8 + ChainHead.HASH_BYTES;

    private final FileChannel channel;
    private int nextSlot;

    private HeadFile(FileChannel channel) {
        this.channel = channel;
    }

    static HeadFile open(Path directory) throws IOException {
        return new HeadFile(FileChannel.open(directory.resolve(NAME), StandardOpenOption.CREATE,
                StandardOpenOption.WRITE));
    }

    /** What a file remembers; empty when there is none or it is damaged. */
    static Optional<ChainHead> read(Path directory) throws IOException {
        Path file = directory.resolve(NAME);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file));
        Optional<ChainHead> best = Optional.empty();
        for (int at = 0; at + SLOT <= in.limit(); at += SLOT) {
            if (in.getInt(at + CHECKED) == crc(in.slice(at, CHECKED))) {
                byte[] hash = new byte[ChainHead.HASH_BYTES];
                in.get(at + 8, hash);
                ChainHead head = new ChainHead(in.getLong(at), hash);
                if (best.isEmpty() || best.get().sequence() < head.sequence()) {
                    best = Optional.of(head);
                }
            }
        }
        return best;
    }

    void write(ChainHead head) throws IOException {
        ByteBuffer slot = ByteBuffer.allocate(SLOT).putLong(head.sequence()).put(head.hash());
        slot.putInt(crc(slot.slice(0, CHECKED))).position(0);
        channel.write(slot, (long) nextSlot * SLOT);
        nextSlot = 1 - nextSlot;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
