package org.gatehouse.gateway;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

import org.gatehouse.gateway.websocket.FrameReader;
import org.gatehouse.gateway.websocket.FrameWriter;
import org.gatehouse.gateway.websocket.Handshake;

/** An upstream that opens any WebSocket and then does what a test wants. */
final class WebSocketUpstream implements AutoCloseable {
    private final ServerSocket listener;
    private final Script script;

    /** What it does on each connection. */
    interface Script {
        void run(FrameReader in, FrameWriter out, Socket socket) throws Exception;
    }

    WebSocketUpstream(Script script) {
        this.script = script;
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

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
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
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) in.read());
            }
            String lower = head.toString().toLowerCase(java.util.Locale.ROOT);
            int at = lower.indexOf("sec-websocket-key: ") + 19;
            out.write(("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
                    + "sec-websocket-accept: " + Handshake.accept(head.substring(at, at + 24)) + "\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1));
            script.run(new FrameReader(in::read, true, 64 << 20), FrameWriter.ofServer((bytes, offset, length) -> {
                out.write(bytes, offset, length);
                out.flush();
            }, System::nanoTime), socket);
        } catch (Exception _) {
            // The box has left.
        }
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
