package org.gatehouse.bench.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Answers every request with what its script writes, byte for byte, so that each way of going wrong can be shown. */
final class ScriptedServer implements AutoCloseable {
    private final ServerSocket listener;
    private final Script script;

    /** Writes the reply to one request; throwing cuts the connection. */
    interface Script {
        void reply(OutputStream out, int number) throws Exception;
    }

    private ScriptedServer(Script script) throws IOException {
        this.script = script;
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    static ScriptedServer answering(Script script) throws IOException {
        return new ScriptedServer(script);
    }

    /** Always this status and JSON. */
    static ScriptedServer answering(int status, String json) throws IOException {
        return new ScriptedServer((out, _) -> out.write(reply(status, json)));
    }

    static byte[] reply(int status, String json) {
        return ("HTTP/1.1 " + status + " Told\r\nx-request-id: r1\r\nContent-Length: " + json.length() + "\r\n\r\n"
                + json)
                .getBytes(StandardCharsets.US_ASCII);
    }

    static void chunk(OutputStream out, String text) throws IOException {
        out.write((Integer.toHexString(text.length()) + "\r\n" + text + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    static void streamHead(OutputStream out) throws IOException {
        out.write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII));
    }

    static String text(String word) {
        return "data: {\"choices\":[{\"delta\":{\"content\":\"" + word + "\"}}]}\n\n";
    }

    String url() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = socket.getInputStream();
            for (int number = 0; readRequest(in); number++) {
                script.reply(socket.getOutputStream(), number);
            }
        } catch (Exception e) {
            // The script's way to cut, or a client that left.
        }
    }

    private static boolean readRequest(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return false;
            }
            head.append((char) next);
        }
        int at = head.indexOf("Content-Length: ");
        if (at >= 0) {
            in.readNBytes(Integer.parseInt(head.substring(at + 16, head.indexOf("\r\n", at))));
        }
        return true;
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
