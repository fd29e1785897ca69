package org.gatehouse.gateway.upstream.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/** A server on loopback that says, byte for byte, what a test's script says; one script run for each connection. */
final class ScriptedServer implements AutoCloseable {
    private final ServerSocket listener;
    private final Script script;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger requests = new AtomicInteger();

    /** What happens on one connection; the connection is closed when it returns. */
    @FunctionalInterface
    interface Script {
        void run(Peer peer) throws IOException, InterruptedException;
    }

    private ScriptedServer(ServerSocket listener, Script script) {
        this.listener = listener;
        this.script = script;
    }

    static ScriptedServer running(Script script) throws IOException {
        return running(new ServerSocket(0, 1000, InetAddress.getLoopbackAddress()), script);
    }

    static ScriptedServer running(ServerSocket listener, Script script) {
        ScriptedServer server = new ScriptedServer(listener, script);
        Thread.ofVirtual().start(server::accept);
        return server;
    }

    /** Gives the same reply to every request on every connection. */
    static ScriptedServer repeating(String reply) throws IOException {
        return running(peer -> {
            while (peer.readRequest() != null) {
                peer.send(reply);
            }
        });
    }

    Endpoint endpoint() {
        return Endpoint.parse("http://127.0.0.1:" + listener.getLocalPort()).withAddressPolicy(AddressPolicy.ANY);
    }

    int port() {
        return listener.getLocalPort();
    }

    int connections() {
        return connections.get();
    }

    int requests() {
        return requests.get();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                sockets.add(socket);
                int number = connections.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(socket, number));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket, int number) {
        try (socket) {
            if (!socket.getClass().getName().contains("SSL")) {
                socket.setTcpNoDelay(true);
            }
            script.run(new Peer(socket, number, requests));
        } catch (IOException | InterruptedException gone) {
            // The client closed the connection, or the test is over.
        } finally {
            sockets.remove(socket);
        }
    }

    /** The server's end of one connection. */
    static final class Peer {
        private final Socket socket;
        private final int number;
        private final AtomicInteger requests;
        private final InputStream input;
        private final OutputStream output;

        Peer(Socket socket, int number, AtomicInteger requests) throws IOException {
            this.socket = socket;
            this.number = number;
            this.requests = requests;
            this.input = new java.io.BufferedInputStream(socket.getInputStream());
            this.output = socket.getOutputStream();
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
            int at = head.toLowerCase(java.util.Locale.ROOT).indexOf("\r\ncontent-length: ");
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

        /** Blocks until the client has closed its end; true if by reset. */
        boolean awaitClose() {
            try {
                while (input.read() >= 0) {
                    // whatever it still sends
                }
                return false;
            } catch (IOException reset) {
                return true;
            }
        }

        /** Closes with RST rather than FIN. */
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        void close() throws IOException {
            socket.close();
        }
    }
}
