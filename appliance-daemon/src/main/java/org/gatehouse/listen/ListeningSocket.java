package org.gatehouse.listen;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;

import org.jspecify.annotations.Nullable;

/**
 * A socket that connections come from: bound here, or handed over as standard input by whoever started this process, which is how systemd
 * does it ({@code StandardInput=socket}). One that was handed over is left open and listening at the end: clients that come meanwhile wait in
 * the kernel for the next listener, of this process or of the one after it, and none is refused. {@link #accept} is for one thread, the rest
 * for any.
 */
final class ListeningSocket implements AutoCloseable {
    private static final int BACKLOG = 4096;

    private final ServerSocketChannel channel;
    /** Waits in the place of a blocking call where the channel must outlive this; null for a channel of our own. */
    private final @Nullable Selector waiting;
    private final int port;

    private ListeningSocket(ServerSocketChannel channel,
            @Nullable Selector waiting, int port) {
        this.channel = channel;
        this.waiting = waiting;
        this.port = port;
    }

    /**
     * The socket that was handed over if it has this port, else a fresh one.
     *
     * @param address where to bind; what was handed over is bound already, and its address stays
     * @throws IOException if the port cannot be bound
     */
    static ListeningSocket open(String address, int port) throws IOException {
        ServerSocketChannel inherited = handedOver(port);
        if (inherited != null) {
            return shared(inherited);
        }
        ServerSocketChannel own = ServerSocketChannel.open();
        try {
            own.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            own.bind(new InetSocketAddress(address, port), BACKLOG);
            return new ListeningSocket(own, null, portOf(own));
        } catch (IOException | RuntimeException e) {
            own.close();
            String cause = e instanceof UnresolvedAddressException ? "there is no such host name" : e.getMessage();
            throw new IOException("Cannot listen on " + address + " port " + port + ": " + cause
                    + "; check that the address is the box's own and that no other program has the port", e);
        }
    }

    private static @Nullable ServerSocketChannel handedOver(int port) throws IOException {
        return System.inheritedChannel() instanceof ServerSocketChannel server && server.isOpen()
                && server.getLocalAddress() instanceof InetSocketAddress bound && bound.getPort() == port
                        ? server
                        : null;
    }

    private static ListeningSocket shared(ServerSocketChannel channel) throws IOException {
        Selector waiting = Selector.open();
        try {
            channel.configureBlocking(false);
            channel.register(waiting, SelectionKey.OP_ACCEPT);
            return new ListeningSocket(channel, waiting, portOf(channel));
        } catch (IOException | RuntimeException e) {
            waiting.close();
            throw e;
        }
    }

    private static int portOf(ServerSocketChannel channel) throws IOException {
        return ((InetSocketAddress) channel.getLocalAddress()).getPort();
    }

    int port() {
        return port;
    }

    /** Whether it was listening before this process began. */
    boolean isHandedOver() {
        return waiting != null;
    }

    boolean isOpen() {
        return waiting == null ? channel.isOpen() : waiting.isOpen();
    }

    /**
     * Waits for the next connection.
     *
     * @throws ClosedChannelException once this is closed
     * @throws IOException            if a connection could not be taken; the next may be
     */
    SocketChannel accept() throws IOException {
        if (waiting == null) {
            return channel.accept();
        }
        try {
            while (true) {
                waiting.select();
                waiting.selectedKeys().clear();
                if (!waiting.isOpen()) {
                    throw new ClosedChannelException();
                }
                // Somebody else who has the socket may have been quicker, or the client is gone again.
                SocketChannel accepted = channel.accept();
                if (accepted != null) {
                    return accepted;
                }
            }
        } catch (ClosedSelectorException _) {
            throw new ClosedChannelException();
        }
    }

    /**
     * Takes no further connection. What was handed over goes on listening: to close it would leave this process without its standard streams
     * (the JDK ties them to the channel), and clients without an answer.
     */
    @Override
    public void close() throws IOException {
        if (waiting == null) {
            channel.close();
        } else {
            waiting.close();
        }
    }
}
