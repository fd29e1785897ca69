package org.gatehouse.gateway.upstream.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

import org.jspecify.annotations.Nullable;

/** A server that says, byte for byte, what a test's script says; one script run for each connection. */
final class ScriptedServer implements AutoCloseable {
    private static final int BACKLOG = 1000;

    private final Closeable listener;
    private final Endpoint endpoint;
    private final Script script;
    private final Set<Closeable> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger requests = new AtomicInteger();

    /** What happens on one connection; the connection is closed when it returns. */
    @FunctionalInterface
    interface Script {
        void run(Peer peer) throws IOException, InterruptedException;
    }

    /** Waits for the next connection. */
    @FunctionalInterface
    private interface Acceptor {
        Peer accept() throws IOException;
    }

    private ScriptedServer(Closeable listener, String url, Script script) {
        this.listener = listener;
        this.endpoint = Endpoint.parse(url).withAddressPolicy(AddressPolicy.ANY);
        this.script = script;
    }

    static ScriptedServer running(Script script) throws IOException {
        ServerSocket listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
        ScriptedServer server = new ScriptedServer(listener, "http://127.0.0.1:" + listener.getLocalPort(), script);
        return server.start(() -> server.peer(listener.accept()));
    }

    static ScriptedServer runningTls(SSLServerSocket listener, Script script) {
        ScriptedServer server = new ScriptedServer(listener, "https://localhost:" + listener.getLocalPort(), script);
        return server.start(() -> server.peer(listener.accept()));
    }

    static ScriptedServer runningUnix(Path path, Script script) throws IOException {
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(path));
        ScriptedServer server = new ScriptedServer(listener, "unix:" + path, script);
        return server.start(() -> {
            SocketChannel channel = listener.accept();
            return server.new Peer(channel, channel, Channels.newInputStream(channel),
                    Channels.newOutputStream(channel));
        });
    }

    /** Gives the same reply to every request on every connection. */
    static ScriptedServer repeating(String reply) throws IOException {
        return running(peer -> {
            while (peer.readRequest() != null) {
                peer.send(reply);
            }
        });
    }

    /** Gives the reply to the first request of each connection and closes. */
    static ScriptedServer once(byte[] reply) throws IOException {
        return running(peer -> {
            peer.readRequest();
            peer.send(reply);
        });
    }

    Endpoint endpoint() {
        return endpoint;
    }

    int port() {
        return endpoint.port();
    }

    int connections() {
        return connections.get();
    }

    int requests() {
        return requests.get();
    }

    /** Takes no further connection; those that exist stay. */
    void stopListening() throws IOException {
        listener.close();
        // The descriptor is closed only when the thread that accepts has let go of it.
        for (int tries = 0; tries < 1000; tries++) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port()).close();
            } catch (ConnectException refused) {
                return;
            }
        }
        throw new IOException("The port still takes connections.");
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Closeable socket : sockets) {
            socket.close();
        }
    }

    private ScriptedServer start(Acceptor acceptor) {
        Thread.ofVirtual().start(() -> {
            while (true) {
                try {
                    Peer peer = acceptor.accept();
                    Thread.ofVirtual().start(() -> serve(peer));
                } catch (IOException closed) {
                    return;
                }
            }
        });
        return this;
    }

    private Peer peer(Socket socket) throws IOException {
        socket.setTcpNoDelay(true);
        return new Peer(socket, socket, socket.getInputStream(), socket.getOutputStream());
    }

    private void serve(Peer peer) {
        try (Closeable socket = peer.socket) {
            sockets.add(socket);
            script.run(peer);
        } catch (IOException | InterruptedException gone) {
            // The client closed the connection, or the test is over.
        } finally {
            sockets.remove(peer.socket);
        }
    }

    /** The server's end of one connection. */
    final class Peer {
        private final Closeable socket;
        private final Object options;
        private final int number = connections.incrementAndGet();
        private final InputStream input;
        private final OutputStream output;

        private Peer(Closeable socket, Object options, InputStream input, OutputStream output) {
            this.socket = socket;
            this.options = options;
            this.input = new BufferedInputStream(input);
            this.output = output;
        }

        /** 1 for the first connection of the server. */
        int number() {
            return number;
        }

        /** Head and body of the next request as text; null when the client has closed. */
        @Nullable
        String readRequest() throws IOException {
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            int matched = 0;
            while (matched < 4) {
                int value = input.read();
                if (value < 0) {
                    return null;
                }
                text.write(value);
                matched = value == (matched % 2 == 0 ? '\r' : '\n') ? matched + 1 : value == '\r' ? 1 : 0;
            }
            requests.incrementAndGet();
            String head = text.toString(StandardCharsets.ISO_8859_1);
            int at = head.toLowerCase(Locale.ROOT).indexOf("\r\ncontent-length: ");
            if (at < 0) {
                return head;
            }
            int length = Integer.parseInt(head.substring(at + 18, head.indexOf('\r', at + 18)));
            return head + new String(input.readNBytes(length), StandardCharsets.ISO_8859_1);
        }

        void send(String text) throws IOException {
            send(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        void send(byte[] bytes) throws IOException {
            output.write(bytes);
            output.flush();
        }

        /** Sends each byte in a packet of its own. */
        void drip(String text) throws IOException {
            for (byte value : text.getBytes(StandardCharsets.ISO_8859_1)) {
                send(new byte[]{value});
            }
        }

        /** Blocks until the client has closed its end. */
        void awaitClose() {
            try {
                while (input.read() >= 0) {
                    Thread.onSpinWait();
                }
            } catch (IOException reset) {
                // closed as well
            }
        }

        /** The TLS session of a {@link #runningTls} server. */
        SSLSocket tls() {
            return (SSLSocket) options;
        }

        /** The plain socket, for what only it can do. */
        Socket socket() {
            return (Socket) options;
        }

        /** Closes with RST rather than FIN. */
        void reset() throws IOException {
            socket().setSoLinger(true, 0);
            socket.close();
        }
    }
}
