package org.gatehouse.batch;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.UUID;

import org.gatehouse.store.SecretBox;
import org.gatehouse.store.StoreFailure;

/**
 * Reads one file of the {@link Vault}, a piece in memory at a time. Fails where a piece was changed, and at the end when the
 * last piece is missing: half a file never passes for a whole one. Not thread-safe.
 */
final class SealedReader extends InputStream {
    /** No piece is larger; a length beyond is damage and must not become an allocation. */
    private static final int LARGEST = 1 << 30;
    private static final byte[] NOTHING = {};

    private final UUID id;
    private final SecretBox secrets;
    private final FileChannel file;
    private int pieces;
    private boolean ended;
    private int mark;
    private byte[] piece = NOTHING;
    private int at;

    SealedReader(UUID id, SecretBox secrets, FileChannel file) {
        this.id = id;
        this.secrets = secrets;
        this.file = file;
    }

    /** Goes on to the next piece; false behind the last. */
    boolean nextPiece() throws IOException {
        if (ended) {
            return false;
        }
        ByteBuffer head = filled(ByteBuffer.allocate(SealedWriter.HEAD_BYTES));
        int length = head.getInt();
        boolean last = length < 0;
        int size = Math.abs(length);
        if (size > LARGEST || size > file.size() - file.position()) {
            throw new EOFException("The file " + id + " is cut short. Hand it in again.");
        }
        try {
            ByteBuffer plain = ByteBuffer.wrap(
                    secrets.open(Vault.place(id, pieces, last), filled(ByteBuffer.allocate(size)).array()));
            mark = plain.getInt();
            piece = plain.array();
            at = SealedWriter.MARK_BYTES;
        } catch (StoreFailure e) {
            throw new IOException("The file " + id + " is damaged. Hand it in again.", e);
        }
        if (last) {
            ended = true;
            piece = NOTHING;
            at = 0;
            return false;
        }
        pieces++;
        return true;
    }

    /** The piece's own number. */
    int mark() {
        return mark;
    }

    /** How many bytes of the piece are left. */
    int left() {
        return piece.length - at;
    }

    /** How many pieces were read. */
    int pieces() {
        return pieces;
    }

    /** Whether the last piece was seen. */
    boolean ended() {
        return ended;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (left() == 0) {
            if (!nextPiece()) {
                return -1;
            }
        }
        int count = Math.min(length, left());
        System.arraycopy(piece, at, into, from, count);
        at += count;
        return count;
    }

    private ByteBuffer filled(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            if (file.read(buffer) < 0) {
                throw new EOFException("The file " + id + " is cut short. Hand it in again.");
            }
        }
        return buffer.flip();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
