package org.gatehouse.simulated.providers;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/**
 * The server's end of a WebSocket (RFC 6455): strict about what a client sends, and able to break the rules itself where a
 * failure is asked for. One thread reads; any may write.
 */
final class RealtimeSocket {
    static final int NORMAL = 1000;
    static final int PROTOCOL_ERROR = 1002;
    private static final String MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int MOST_BYTES = 32 << 20;

    private final Wire wire;
    private boolean closed;

    RealtimeSocket(Wire wire) {
        this.wire = wire;
    }

    /** What a server answers to a client's key. */
    static String accept(String key) {
        try {
            return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1")
                    .digest((key + MAGIC).getBytes(StandardCharsets.ISO_8859_1)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The next text message; null when the client has closed, or broke a rule and was closed for it. */
    byte @Nullable [] next() throws IOException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        boolean begun = false;
        while (true) {
            int first = wire.octet();
            int second = wire.octet();
            int opcode = first & 15;
            boolean last = first > 127;
            if ((first & 0x70) != 0 || second < 128 || opcode > 2 && opcode < 8 || opcode > 10
                    || opcode >= 8 && (!last || (second & 127) > 125) || opcode < 8 && begun != (opcode == 0)) {
                close(PROTOCOL_ERROR, "broken frame");
                return null;
            }
            byte[] payload = payload(second & 127);
            switch (opcode) {
                case 8 -> {
                    int code = payload.length < 2 ? 1005 : (payload[0] & 255) << 8 | payload[1] & 255;
                    close(code, "");
                    return null;
                }
                case 9 -> frame(0x80 | 10, payload);
                case 10 -> {
                    // Nobody asked; it is there.
                }
                default -> {
                    begun = true;
                    message.write(payload);
                    if (last) {
                        return message.toByteArray();
                    }
                }
            }
        }
    }

    private byte[] payload(int announced) throws IOException {
        long length = announced;
        if (announced > 125) {
            length = 0;
            for (int i = 0; i < (announced == 126 ? 2 : 8); i++) {
                length = length << 8 | wire.octet();
            }
        }
        if (length < 0 || length > MOST_BYTES) {
            throw new IOException("a message is not that long");
        }
        byte[] key = wire.exactly(4);
        byte[] payload = wire.exactly((int) length);
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= key[i & 3];
        }
        return payload;
    }

    void send(JsonNode event) throws IOException {
        frame(0x80 | 1, Json.bytes(event));
    }

    /** A frame with a bit set that nobody agreed on. */
    void sendBroken() throws IOException {
        frame(0x80 | 0x40 | 1, new byte[]{'{'});
    }

    void close(int code, String reason) throws IOException {
        byte[] told = reason.getBytes(StandardCharsets.UTF_8);
        byte[] payload = new byte[code == 1005 ? 0 : 2 + told.length];
        if (code != 1005) {
            payload[0] = (byte) (code >> 8);
            payload[1] = (byte) code;
            System.arraycopy(told, 0, payload, 2, told.length);
        }
        frame(0x80 | 8, payload);
    }

    private synchronized void frame(int first, byte[] payload) throws IOException {
        if (closed) {
            return;
        }
        closed = (first & 15) == 8;
        byte[] head = new byte[10];
        head[0] = (byte) first;
        int length;
        if (payload.length < 126) {
            head[1] = (byte) payload.length;
            length = 2;
        } else if (payload.length < 65_536) {
            head[1] = 126;
            head[2] = (byte) (payload.length >> 8);
            head[3] = (byte) payload.length;
            length = 4;
        } else {
            head[1] = 127;
            for (int i = 0; i < 4; i++) {
                head[6 + i] = (byte) (payload.length >> 24 - 8 * i);
            }
            length = 10;
        }
        wire.raw(head, 0, length);
        wire.raw(payload, 0, payload.length);
        wire.flush();
    }
}
