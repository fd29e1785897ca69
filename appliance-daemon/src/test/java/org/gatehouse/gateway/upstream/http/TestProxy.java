package org.gatehouse.gateway.upstream.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;

/**
 * An HTTP proxy on loopback that makes tunnels. It finds every name at loopback: a test's names are nobody's. Real as far as
 * CONNECT goes, and strict: who does not show what it wants gets 407.
 */
public final class TestProxy implements AutoCloseable {
    private final ServerSocket listener;
    private final @Nullable String wanted;
    private final List<String> targets = new CopyOnWriteArrayList<>();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private volatile String answer = "HTTP/1.1 200 Connection established\r\nVia: 1.1 test\r\n\r\n";

    private TestProxy(@Nullable String wanted) {
        try {
            this.listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.wanted = wanted;
        Thread.ofVirtual().start(this::accept);
    }

    /** One for everybody. */
    public static TestProxy open() {
        return new TestProxy(null);
    }

    /** One that wants a name and a password. */
    public static TestProxy guarded(String user, String password) {
        return new TestProxy(ForwardProxy.basic(user, password));
    }

    /** From now on it answers that, and makes no tunnel unless it begins with a 200. */
    public void answering(String head) {
        answer = head;
    }

    /** Where it listens. */
    public int port() {
        return listener.getLocalPort();
    }

    /** Its address as settings have it. */
    public String url() {
        return "http://127.0.0.1:" + port();
    }

    /** As the client takes it, without credentials. */
    ForwardProxy settings(String... exceptions) {
        return new ForwardProxy("127.0.0.1", port(), null, List.of(exceptions));
    }

    /** What it was asked to connect to, as {@code host:port}, refused or not. */
    public List<String> targets() {
        return targets;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                sockets.add(client);
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException _) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            String head = head(client.getInputStream());
            String[] words = head.lines().findFirst().orElse("").split(" ");
            if (!words[0].equals("CONNECT") || !head.contains("\r\nHost: " + words[1] + "\r\n")) {
                say(client, "HTTP/1.1 400 Bad Request\r\n\r\n");
                return;
            }
            targets.add(words[1]);
            if (wanted != null && !head.contains("\r\nProxy-Authorization: " + wanted + "\r\n")) {
                say(client, "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n");
                return;
            }
            if (!answer.startsWith("HTTP/1.1 200")) {
                say(client, answer);
                // Whoever says nothing stays silent, and does not hang up.
                client.getInputStream().readAllBytes();
                return;
            }
            try (Socket server = new Socket(InetAddress.getLoopbackAddress(),
                    Integer.parseInt(words[1].substring(words[1].lastIndexOf(':') + 1)))) {
                sockets.add(server);
                say(client, answer);
                Thread back = Thread.ofVirtual().start(() -> copy(server, client));
                copy(client, server);
                back.join();
            }
        } catch (IOException | RuntimeException _) {
            // One of the two left.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static void say(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            head.append((char) next);
        }
        return head.toString();
    }

    private static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException _) {
            try {
                from.close();
                to.close();
            } catch (IOException _) {
                // Both are of no use any more.
            }
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
