package org.gatehouse.supervisor;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * A connection to an engine over TCP or a Unix socket with one deadline for all that is done on it, because {@code java.net.http}
 * knows no Unix sockets and a blocking channel no deadlines. Used by one thread.
 */
final class EngineSocket implements AutoCloseable {
    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;
    private final Listen listen;
    private final long end;

    private EngineSocket(SocketChannel channel, Selector selector, Listen listen, long end) throws IOException {
        this.channel = channel;
        this.selector = selector;
        this.listen = listen;
        this.end = end;
        channel.configureBlocking(false);
        this.key = channel.register(selector, 0);
    }

    /** Connects; the deadline counts from here. */
    static EngineSocket connect(Listen listen, Duration deadline) throws IOException {
        long end = System.nanoTime() + deadline.toNanos();
        SocketChannel channel = switch (listen) {
            case Listen.UnixSocket _ -> SocketChannel.open(StandardProtocolFamily.UNIX);
            case Listen.LoopbackPort _ -> SocketChannel.open();
        };
        @SuppressWarnings("resource") // Handed to the socket, which closes it.
        Selector selector = Selector.open();
        EngineSocket socket = new EngineSocket(channel, selector, listen, end);
        boolean connected = false;
        try {
            if (!channel.connect(listen.address())) {
                do {
                    socket.await(SelectionKey.OP_CONNECT);
                } while (!channel.finishConnect());
            }
            connected = true;
            return socket;
        } finally {
            if (!connected) {
                socket.close();
            }
        }
    }

    /** Nobody listens, and yet TCP may connect an ephemeral port to itself (simultaneous open, RFC 9293 3.5). */
    boolean isToItself() throws IOException {
        return listen instanceof Listen.LoopbackPort && channel.getLocalAddress().equals(channel.getRemoteAddress());
    }

    /** Writes all of it. */
    void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.write(bytes) == 0) {
                await(SelectionKey.OP_WRITE);
            }
        }
    }

    /** Reads one byte or more; -1 when the engine has said all. */
    int read(ByteBuffer into) throws IOException {
        while (true) {
            int count = channel.read(into);
            if (count != 0) {
                return count;
            }
            await(SelectionKey.OP_READ);
        }
    }

    private void await(int operation) throws IOException {
        key.interestOps(operation);
        long millis = Duration.ofNanos(end - System.nanoTime()).toMillis();
        if (millis <= 0) {
            throw new IOException("no answer in time");
        }
        selector.select(millis);
        selector.selectedKeys().clear();
        if (Thread.currentThread().isInterrupted()) {
            throw new IOException("interrupted");
        }
    }

    @Override
    public void close() throws IOException {
        try (selector; channel) {
            key.cancel();
        }
    }
}
