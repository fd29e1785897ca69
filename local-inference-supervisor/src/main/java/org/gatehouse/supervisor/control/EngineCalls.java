package org.gatehouse.supervisor.control;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

import org.gatehouse.supervisor.Listen;

/**
 * One HTTP exchange with an engine over TCP or a Unix socket within one deadline. Its own few lines, because {@code java.net.http}
 * knows no Unix sockets. Asks for {@code Connection: close}, so that the end of the body is the end of the connection. Thread-safe.
 */
final class EngineCalls {
    private static final int LARGEST = 4 << 20;

    /**
     * What came back.
     *
     * @param status of the answer
     * @param body decoded, at most 4 MiB
     */
    record Reply(int status, String body) {
        boolean isWell() {
            return status >= 200 && status < 300;
        }
    }

    /** Sends a request, with a JSON body unless that is empty. */
    Reply send(Listen listen, String method, String path, String json, Duration deadline) throws IOException {
        try (SocketChannel channel = listen instanceof Listen.UnixSocket
                ? SocketChannel.open(StandardProtocolFamily.UNIX)
                : SocketChannel.open()) {
            Thread watch = Thread.ofVirtual().name("deadline-of-an-engine-call")
                    .start(() -> closeAfter(channel, deadline));
            try {
                channel.connect(listen.address());
                ByteBuffer request = ByteBuffer.wrap(head(method, path, json).getBytes(StandardCharsets.UTF_8));
                while (request.hasRemaining()) {
                    channel.write(request);
                }
                return parse(Channels.newInputStream(channel).readNBytes(LARGEST));
            } catch (java.nio.channels.ClosedChannelException late) {
                throw new IOException("no answer within " + deadline.toMillis() + " ms", late);
            } finally {
                watch.interrupt();
            }
        }
    }

    private static void closeAfter(SocketChannel channel, Duration deadline) {
        try {
            Thread.sleep(deadline);
            channel.close();
        } catch (InterruptedException _) {
            // Answered in time.
        } catch (IOException _) {
            // It is closed then.
        }
    }

    private static String head(String method, String path, String json) {
        StringBuilder text = new StringBuilder(method).append(' ').append(path)
                .append(" HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nConnection: close\r\n");
        if (method.equals("POST")) {
            text.append("Content-Type: application/json\r\nContent-Length: ")
                    .append(json.getBytes(StandardCharsets.UTF_8).length).append("\r\n");
        }
        return text.append("\r\n").append(json).toString();
    }

    static Reply parse(byte[] bytes) throws IOException {
        // ISO 8859-1 keeps one character for each byte, so that lengths of chunks mean characters.
        String all = new String(bytes, StandardCharsets.ISO_8859_1);
        int end = all.indexOf("\r\n\r\n");
        String[] first = all.split("[ \r\n]", 3);
        if (end < 0 || first.length < 2 || !first[0].startsWith("HTTP/1.") || !first[1].matches("[1-5][0-9][0-9]")) {
            throw new IOException(all.isEmpty() ? "it closed the connection" : "its answer is not HTTP");
        }
        String head = all.substring(0, end).toLowerCase(Locale.ROOT);
        String body = all.substring(end + 4);
        if (head.contains("transfer-encoding: chunked")) {
            body = dechunked(body);
        }
        return new Reply(Integer.parseInt(first[1]),
                new String(body.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
    }

    private static String dechunked(String body) throws IOException {
        StringBuilder whole = new StringBuilder();
        int at = 0;
        while (true) {
            int line = body.indexOf("\r\n", at);
            if (line < 0) {
                throw new IOException("its answer ended in the middle");
            }
            String size = body.substring(at, line).split(";", 2)[0].strip();
            if (!size.matches("[0-9a-fA-F]{1,7}")) {
                throw new IOException("its answer is not HTTP");
            }
            int length = Integer.parseInt(size, 16);
            if (length == 0) {
                return whole.toString();
            }
            int from = line + 2;
            if (from + length + 2 > body.length()) {
                throw new IOException("its answer ended in the middle");
            }
            whole.append(body, from, from + length);
            at = from + length + 2;
        }
    }
}
