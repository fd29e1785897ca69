package org.gatehouse.supervisor;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Asks an engine for one path over TCP or a Unix socket, within one deadline for everything. Its own few lines of HTTP, because
 * {@code java.net.http} knows no Unix sockets. Thread-safe; blocks the calling thread up to the deadline.
 */
final class HealthProbe {
    private static final int LONGEST_HEAD = 8192;

    /** What came back. */
    sealed interface Answer {
        /** An HTTP status line. */
        record Status(int code) implements Answer {}

        /** None in time. */
        record None(String why) implements Answer {}

        /** Whether the engine says that it is well. */
        default boolean isWell() {
            return this instanceof Status(int code) && code == 200;
        }
    }

    /** GETs the path. */
    Answer get(Listen listen, String path, Duration deadline) {
        long end = System.nanoTime() + deadline.toNanos();
        try (SocketChannel channel = open(listen); Selector selector = Selector.open()) {
            SelectionKey key = connect(channel, selector, listen, end);
            ByteBuffer request = StandardCharsets.US_ASCII.encode(
                    "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nConnection: close\r\n\r\n");
            while (request.hasRemaining()) {
                if (channel.write(request) == 0) {
                    await(selector, key, SelectionKey.OP_WRITE, end);
                }
            }
            ByteBuffer reply = ByteBuffer.allocate(LONGEST_HEAD);
            while (reply.hasRemaining()) {
                int count = channel.read(reply);
                String head = new String(reply.array(), 0, reply.position(), StandardCharsets.US_ASCII);
                if (count < 0 || head.contains("\r\n\r\n")) {
                    return statusOf(head);
                }
                if (count == 0) {
                    await(selector, key, SelectionKey.OP_READ, end);
                }
            }
            return new Answer.None("its answer's head is longer than " + LONGEST_HEAD + " bytes");
        } catch (IOException e) {
            return new Answer.None(String.valueOf(e.getMessage()));
        }
    }

    /** Whether anybody accepts connections there. */
    boolean accepts(Listen listen, Duration deadline) {
        try (SocketChannel channel = open(listen); Selector selector = Selector.open()) {
            connect(channel, selector, listen, System.nanoTime() + deadline.toNanos());
            // Nobody listens, and yet TCP may connect an ephemeral port to itself (simultaneous open, RFC 9293 3.5).
            return listen instanceof Listen.UnixSocket || !channel.getLocalAddress().equals(channel.getRemoteAddress());
        } catch (IOException _) {
            return false;
        }
    }

    private static SocketChannel open(Listen listen) throws IOException {
        SocketChannel channel = switch (listen) {
            case Listen.UnixSocket _ -> SocketChannel.open(StandardProtocolFamily.UNIX);
            case Listen.LoopbackPort _ -> SocketChannel.open();
        };
        channel.configureBlocking(false);
        return channel;
    }

    private static SelectionKey connect(SocketChannel channel, Selector selector, Listen listen, long end)
            throws IOException {
        SelectionKey key = channel.register(selector, 0);
        if (!channel.connect(listen.address())) {
            do {
                await(selector, key, SelectionKey.OP_CONNECT, end);
            } while (!channel.finishConnect());
        }
        return key;
    }

    private static void await(Selector selector, SelectionKey key, int operation, long end) throws IOException {
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

    private static Answer statusOf(String head) {
        String[] parts = head.split("[ \r\n]", 3);
        if (parts.length < 2 || !parts[0].startsWith("HTTP/1.") || !parts[1].matches("[1-5][0-9][0-9]")) {
            return new Answer.None(head.isEmpty() ? "it closed the connection" : "its answer is not HTTP");
        }
        return new Answer.Status(Integer.parseInt(parts[1]));
    }
}
