package org.gatehouse.gateway.protocol.converse;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** Writes AWS's binary framing as its specification says. */
final class Frames {

    private Frames() {}

    static byte[] event(String type, String json) {
        return frame(json, ":message-type", "event", ":event-type", type, ":content-type", "application/json");
    }

    static byte[] exception(String type, String json) {
        return frame(json, ":message-type", "exception", ":exception-type", type);
    }

    static byte[] frame(String payload, String... headers) {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(head)) {
            // A header that is no text, of each kind.
            for (int[] kind : new int[][]{{0, 0}, {1, 0}, {2, 1}, {3, 2}, {4, 4}, {5, 8}, {8, 8}, {9, 16}}) {
                out.writeByte(1);
                out.writeByte('x');
                out.writeByte(kind[0]);
                out.write(new byte[kind[1]]);
            }
            for (int i = 0; i < headers.length; i += 2) {
                out.writeByte(headers[i].length());
                out.writeBytes(headers[i]);
                out.writeByte(7);
                byte[] value = headers[i + 1].getBytes(StandardCharsets.UTF_8);
                out.writeShort(value.length);
                out.write(value);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return frame(head.toByteArray(), payload.getBytes(StandardCharsets.UTF_8));
    }

    static byte[] frame(byte[] headers, byte[] payload) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(16 + headers.length + payload.length);
            out.writeInt(headers.length);
            out.writeInt(sum(bytes));
            out.write(headers);
            out.write(payload);
            out.writeInt(sum(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static int sum(ByteArrayOutputStream bytes) {
        CRC32 sum = new CRC32();
        sum.update(bytes.toByteArray());
        return (int) sum.getValue();
    }
}
