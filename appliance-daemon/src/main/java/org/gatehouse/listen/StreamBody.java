package org.gatehouse.listen;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * The request body of an HTTP/2 stream with a limit to how long a read waits. Helidon 4.5.0 waits in a queue without a deadline and does not wake
 * the reader when the connection dies; what wakes it is an interrupt, which is sent only while the thread is inside a read: anywhere else it could
 * hit (and close) a file or socket of somebody else. Read by one thread; {@link #giveUp()} from any.
 */
final class StreamBody extends FilterInputStream {
    private final BodyPace pace;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Thread reading;
    private boolean interrupted;

    StreamBody(InputStream body, BodyPace pace) {
        super(body);
        this.pace = pace;
    }

    BodyPace pace() {
        return pace;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        begin();
        int received = 0;
        try {
            received = super.read(target, offset, length);
        } finally {
            end(received);
        }
        if (interrupted) {
            throw new IOException("The request body stopped to arrive: the client is too slow or has left");
        }
        return received;
    }

    /** Ends the read in progress, if there is one, and all later ones. */
    void giveUp() {
        lock.lock();
        try {
            pace.giveUp();
            interrupted = true;
            if (reading != null) {
                reading.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    private void begin() throws IOException {
        lock.lock();
        try {
            if (interrupted) {
                throw new IOException("The request body was given up: the client is too slow or has left");
            }
            reading = Thread.currentThread();
        } finally {
            lock.unlock();
        }
        pace.waitBegins();
    }

    private void end(int received) {
        pace.waitEnds(received);
        lock.lock();
        try {
            reading = null;
            if (interrupted) {
                // Ours; it has done its work or came just after the read.
                boolean _ = Thread.interrupted();
            }
        } finally {
            lock.unlock();
        }
    }
}
