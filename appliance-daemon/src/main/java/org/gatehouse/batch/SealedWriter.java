package org.gatehouse.batch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

import org.gatehouse.store.SecretBox;

/**
 * Writes one file of the {@link Vault}: pieces, each sealed for its place in this file, so that none can be changed, moved or
 * left out unnoticed, and a last one that says that it is the last. Thread-safe; many that {@linkplain #settle wait for the
 * disk} at once share one wait.
 */
final class SealedWriter implements AutoCloseable {
    /** The length in front of each piece; negative for the last. */
    static final int HEAD_BYTES = 4;
    /** A piece's number of its own, for whoever wrote it. */
    static final int MARK_BYTES = 4;

    private final UUID id;
    private final SecretBox secrets;
    private final FileChannel file;
    private final ReentrantLock writing = new ReentrantLock();
    private final ReentrantLock forcing = new ReentrantLock();
    // Guarded by writing.
    private int pieces;
    private long bytes;
    private boolean ended;
    private volatile long written;
    // Guarded by forcing.
    private long forced;

    /** Goes on behind what is there. */
    SealedWriter(UUID id, SecretBox secrets, FileChannel file, int pieces, long bytes, boolean ended) {
        this.id = id;
        this.secrets = secrets;
        this.file = file;
        this.pieces = pieces;
        this.bytes = bytes;
        this.ended = ended;
    }

    /**
     * Adds a piece.
     *
     * @param mark a number that only {@link Vault#reopen} tells of
     * @return for {@link #settle}
     * @throws IOException when the disk did not take it; the file is then as it was before
     */
    long append(int mark, byte[] data, int from, int length) throws IOException {
        byte[] plain = ByteBuffer.allocate(MARK_BYTES + length).putInt(mark).put(data, from, length).array();
        writing.lock();
        try {
            if (ended) {
                throw new IOException("The file " + id + " is complete already.");
            }
            write(secrets.seal(Vault.place(id, pieces, false), plain), false);
            pieces++;
            bytes += length;
            return ++written;
        } finally {
            writing.unlock();
        }
    }

    /** Returns once that piece, and all before it, outlast a power cut. */
    void settle(long piece) throws IOException {
        forcing.lock();
        try {
            if (forced < piece) {
                long now = written;
                file.force(false);
                forced = now;
            }
        } finally {
            forcing.unlock();
        }
    }

    /** Says that nothing follows, durably. Again: nothing happens. */
    void end() throws IOException {
        writing.lock();
        try {
            if (!ended) {
                write(secrets.seal(Vault.place(id, pieces, true), new byte[MARK_BYTES]), true);
                ended = true;
            }
        } finally {
            writing.unlock();
        }
        file.force(true);
    }

    /** What clients take for its size. */
    long bytes() {
        writing.lock();
        try {
            return bytes;
        } finally {
            writing.unlock();
        }
    }

    private void write(byte[] sealed, boolean last) throws IOException {
        long start = file.position();
        ByteBuffer out = ByteBuffer.allocate(HEAD_BYTES + sealed.length).putInt(last ? -sealed.length : sealed.length)
                .put(sealed).flip();
        try {
            while (out.hasRemaining()) {
                file.write(out);
            }
        } catch (IOException e) {
            file.truncate(start);
            file.position(start);
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
