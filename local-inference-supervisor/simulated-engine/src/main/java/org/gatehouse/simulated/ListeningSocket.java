package org.gatehouse.simulated;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

import org.jspecify.annotations.Nullable;

/**
 * The engine's address, first bound only, later listened on. vLLM binds at its start and listens when the model is
 * loaded, so connections are refused meanwhile; a Java server socket always does both at once, so a client socket that is
 * only bound holds the address until then.
 */
final class ListeningSocket implements AutoCloseable {
    private static final int BACKLOG = 2048;

    private final Options options;
    private final SocketChannel holder;
    private final int port;
    private @Nullable ServerSocketChannel server;

    private ListeningSocket(Options options, SocketChannel holder, int port) {
        this.options = options;
        this.holder = holder;
        this.port = port;
    }

    /** Takes the address without listening. */
    static ListeningSocket bind(Options options) throws IOException {
        Path path = options.unixSocket();
        SocketChannel holder = path == null ? SocketChannel.open() : SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            if (path != null) {
                holder.bind(UnixDomainSocketAddress.of(path));
                return new ListeningSocket(options, holder, -1);
            }
            holder.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            holder.bind(new InetSocketAddress(options.host(), options.port()));
            return new ListeningSocket(options, holder, ((InetSocketAddress) holder.getLocalAddress()).getPort());
        } catch (IOException e) {
            holder.close();
            throw e;
        }
    }

    /** Begins to listen. As with vLLM, an address that somebody else listens on is only noticed here. */
    void listen() throws IOException {
        Path path = options.unixSocket();
        ServerSocketChannel opened = path == null
                ? ServerSocketChannel.open()
                : ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        if (path == null) {
            opened.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            opened.bind(new InetSocketAddress(options.host(), port), BACKLOG);
        } else {
            // Listens under a name beside, then takes the real one in a single step.
            Path beside = path.resolveSibling(path.getFileName() + "~");
            opened.bind(UnixDomainSocketAddress.of(beside), BACKLOG);
            Files.move(beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
        holder.close();
        server = opened;
    }

    SocketChannel accept() throws IOException {
        ServerSocketChannel listening = server;
        if (listening == null) {
            throw new IllegalStateException("accept before listen");
        }
        return listening.accept();
    }

    int port() {
        return port;
    }

    String describe() {
        Path path = options.unixSocket();
        return path == null ? "http://" + options.host() + ":" + port : "unix:" + path;
    }

    @Override
    public void close() {
        try {
            holder.close();
            ServerSocketChannel listening = server;
            if (listening != null) {
                listening.close();
            }
            Path path = options.unixSocket();
            if (path != null) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            // It is as closed as it will be.
        }
    }
}
