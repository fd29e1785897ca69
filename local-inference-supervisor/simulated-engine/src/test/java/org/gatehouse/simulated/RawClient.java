package org.gatehouse.simulated;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A bare HTTP client on a socket, so that tests see and send every byte. */
final class RawClient implements AutoCloseable {
    private final SocketChannel channel;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
    private byte[] buffered = new byte[0];
    private int at;

    RawClient(SocketAddress address) throws IOException {
        channel = SocketChannel.open(address);
    }

    RawClient(SimulatedServer server) throws IOException {
        this(new InetSocketAddress("127.0.0.1", server.port()));
    }

    /** A whole reply. */
    record Answer(int status, Map<String, String> headers, byte[] body, List<String> chunks) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /** One exchange on a connection of its own. */
    static Answer post(SimulatedServer server, String path, String json, String... headers) throws IOException {
        try (RawClient client = new RawClient(server)) {
            client.send(request("POST", path, json, headers));
            return client.answer();
        }
    }

    static Answer get(SimulatedServer server, String path, String... headers) throws IOException {
        try (RawClient client = new RawClient(server)) {
            client.send(request("GET", path, "", headers));
            return client.answer();
        }
    }

    static String request(String method, String path, String body, String... headers) {
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: test\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        if (method.equals("POST")) {
            if (!String.join("", headers).toLowerCase(Locale.ROOT).contains("content-type")) {
                head.append("Content-Type: application/json\r\n");
            }
            head.append("Content-Length: ").append(body.getBytes(StandardCharsets.UTF_8).length).append("\r\n");
        }
        return head + "\r\n" + body;
    }

    void send(String text) throws IOException {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    void send(byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    /** Reads one reply to its end, as its head frames it. */
    Answer answer() throws IOException {
        String status = line();
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        List<String> chunks = new ArrayList<>();
        if (headers.containsKey("content-length")) {
            body.write(bytes(Integer.parseInt(headers.get("content-length"))));
        } else if (headers.containsKey("transfer-encoding")) {
            for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
                byte[] chunk = bytes(size);
                body.write(chunk);
                chunks.add(new String(chunk, StandardCharsets.UTF_8));
                line();
            }
            line();
        } else {
            for (int next = read(); next >= 0; next = read()) {
                body.write(next);
            }
        }
        return new Answer(Integer.parseInt(status.split(" ")[1]), headers, body.toByteArray(), chunks);
    }

    /** The next line without its end. */
    String line() throws IOException {
        pending.reset();
        for (int next = read(); next != '\n'; next = read()) {
            if (next < 0) {
                throw new IOException("the connection ended inside of a line: " + pending);
            }
            if (next != '\r') {
                pending.write(next);
            }
        }
        return pending.toString(StandardCharsets.UTF_8);
    }

    byte[] bytes(int count) throws IOException {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            int next = read();
            if (next < 0) {
                throw new IOException("the connection ended after " + i + " of " + count + " bytes");
            }
            bytes[i] = (byte) next;
        }
        return bytes;
    }

    /** The next byte; -1 at the end. */
    int read() throws IOException {
        if (at == buffered.length) {
            ByteBuffer buffer = ByteBuffer.allocate(8192);
            int count = channel.read(buffer);
            if (count < 0) {
                return -1;
            }
            buffered = Arrays.copyOf(buffer.array(), count);
            at = 0;
        }
        return buffered[at++] & 0xFF;
    }

    /** The bytes that the next read from the network brings. */
    byte[] packet() throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        int count = channel.read(buffer);
        return Arrays.copyOf(buffer.array(), Math.max(0, count));
    }

    /** Says that nothing more will be sent, and keeps reading. */
    void halfClose() throws IOException {
        channel.shutdownOutput();
    }

    /** Leaves with a reset. */
    void reset() throws IOException {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        channel.close();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
