package org.gatehouse.bench.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;

/**
 * One connection of a client, read with blocking calls on a virtual thread. Leaves in an orderly way or by a reset, as
 * told. Confined to one thread, except that any thread may close it.
 */
final class Connection implements AutoCloseable {
    private static final int CONNECT_MILLIS = 5_000;

    private final Socket socket = new Socket();
    private final InputStream in;
    private final OutputStream out;
    private final byte[] buffer = new byte[16 * 1024];

    private Connection(Target target, Duration readTimeout) throws IOException {
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) Math.max(1, readTimeout.toMillis()));
            socket.connect(target.address(), CONNECT_MILLIS);
            in = socket.getInputStream();
            out = socket.getOutputStream();
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Connects, at most for 5 s; each later read waits at most {@code readTimeout}. */
    static Connection open(Target target, Duration readTimeout) throws IOException {
        return new Connection(target, readTimeout);
    }

    void send(byte[] request) throws IOException {
        out.write(request);
    }

    /**
     * Gives the next bytes that arrive to the reader.
     *
     * @return whether there may be more; {@code false} after the end of the stream
     */
    boolean receive(ReplyReader reader) throws IOException, ReplyReader.Malformed {
        int count = in.read(buffer);
        if (count < 0) {
            return false;
        }
        reader.accept(buffer, 0, count);
        return true;
    }

    /**
     * Reads until the reply is complete.
     *
     * @throws IOException if the connection ends or nothing arrives for too long
     */
    void receiveAll(ReplyReader reader) throws IOException, ReplyReader.Malformed {
        while (!reader.isDone()) {
            if (!receive(reader) && !reader.endOfStream()) {
                throw new IOException("closed before the reply's end");
            }
        }
    }

    /** Leaves as a program does that has what it wanted: what has arrived is read, then the socket closes (FIN). */
    void leaveByFin() throws IOException {
        // Unread bytes would make the kernel send a reset instead.
        int waiting = in.available();
        while (waiting > 0) {
            in.skipNBytes(waiting);
            waiting = in.available();
        }
        socket.close();
    }

    /** Leaves as a program does that was killed: with a reset (RST). */
    void leaveByReset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // Nobody waits for it any more.
        }
    }

    /** A short name of what went wrong, for counting. */
    static String kindOf(Exception failure) {
        return switch (failure) {
            case ReplyReader.Malformed malformed -> "malformed reply: " + malformed.getMessage();
            case SocketTimeoutException _ -> "timeout";
            case IOException io -> String.valueOf(io.getMessage());
            default -> failure.toString();
        };
    }
}
