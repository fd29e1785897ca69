package org.gatehouse.gateway;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/** An upstream that answers every request with the same bytes, as servers do that no simulation has thought of. */
final class ScriptedUpstream implements AutoCloseable {
    private final ServerSocket listener;
    private final AtomicInteger connections = new AtomicInteger();
    private volatile String reply = "";
    private volatile boolean silentAtEnd;
    private volatile @Nullable BlockingQueue<String> steps;

    ScriptedUpstream() {
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Thread.ofVirtual().start(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + listener.getLocalPort() + "/v1";
    }

    int connections() {
        return connections.get();
    }

    /** From now on: a reply of that type with its length. */
    void answers(String contentType, String body) {
        silentAtEnd = false;
        reply = "HTTP/1.1 200 OK\r\ncontent-type: " + contentType + "\r\ncontent-length: "
                + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + body;
    }

    /** From now on: a stream of events in one chunk, ended well or left open for ever. */
    void streams(String events, boolean ends) {
        silentAtEnd = !ends;
        reply = "HTTP/1.1 200 OK\r\ncontent-type: Text/Event-Stream;charset=UTF-8\r\ntransfer-encoding: chunked\r\n\r\n"
                + Integer.toHexString(events.getBytes(StandardCharsets.UTF_8).length) + "\r\n" + events + "\r\n"
                + (ends ? "0\r\n\r\n" : "");
    }

    /** From now on: a stream of which each piece goes out when the queue has it; the empty one ends it. */
    void streams(BlockingQueue<String> pieces) {
        streams("", true);
        reply = reply.substring(0, reply.indexOf("\r\n\r\n") + 4);
        steps = pieces;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                connections.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException _) {
                // Closed, or a connection that died before it began.
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            while (readRequest(in)) {
                out.write(reply.getBytes(StandardCharsets.UTF_8));
                out.flush();
                BlockingQueue<String> pieces = steps;
                if (pieces != null) {
                    sendStepwise(out, pieces);
                }
                if (silentAtEnd) {
                    in.read();
                    return;
                }
            }
        } catch (IOException _) {
            // The box has closed the connection.
        }
    }

    private static void sendStepwise(OutputStream out, BlockingQueue<String> pieces) throws IOException {
        byte[] piece;
        do {
            try {
                piece = pieces.take().getBytes(StandardCharsets.UTF_8);
            } catch (InterruptedException e) {
                throw new InterruptedIOException(e.getMessage());
            }
            out.write((Integer.toHexString(piece.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(piece);
            out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
        } while (piece.length > 0);
    }

    private static boolean readRequest(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int value = in.read();
            if (value < 0) {
                return false;
            }
            head.append((char) Character.toLowerCase(value));
        }
        int at = head.indexOf("content-length: ") + 16;
        in.readNBytes(Integer.parseInt(head.substring(at, head.indexOf("\r", at))));
        return true;
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
