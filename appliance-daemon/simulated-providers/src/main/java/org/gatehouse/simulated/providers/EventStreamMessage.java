package org.gatehouse.simulated.providers;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A message of AWS's binary event stream: total length, length of headers, their CRC, headers, payload, CRC of all. Each
 * header is a name (length byte), the type 7 and a string (two length bytes). Stateless.
 */
final class EventStreamMessage {
    private static final int PRELUDE = 8;
    private static final int CRC = 4;
    private static final int STRING = 7;

    private EventStreamMessage() {}

    static byte[] event(String type, JsonNode payload) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(":event-type", type);
        headers.put(":content-type", "application/json");
        headers.put(":message-type", "event");
        return encode(headers, Json.bytes(payload));
    }

    static byte[] exception(String type, JsonNode payload) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(":exception-type", type);
        headers.put(":content-type", "application/json");
        headers.put(":message-type", "exception");
        return encode(headers, Json.bytes(payload));
    }

    private static byte[] encode(Map<String, String> headers, byte[] payload) {
        try {
            ByteArrayOutputStream headerBytes = new ByteArrayOutputStream(128);
            DataOutputStream headerOut = new DataOutputStream(headerBytes);
            for (Map.Entry<String, String> header : headers.entrySet()) {
                byte[] name = header.getKey().getBytes(StandardCharsets.US_ASCII);
                byte[] value = header.getValue().getBytes(StandardCharsets.UTF_8);
                headerOut.writeByte(name.length);
                headerOut.write(name);
                headerOut.writeByte(STRING);
                headerOut.writeShort(value.length);
                headerOut.write(value);
            }
            int total = PRELUDE + CRC + headerBytes.size() + payload.length + CRC;
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(total);
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeInt(total);
            out.writeInt(headerBytes.size());
            out.writeInt(crc(bytes.toByteArray()));
            headerBytes.writeTo(out);
            out.write(payload);
            out.writeInt(crc(bytes.toByteArray()));
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new IllegalStateException("Memory cannot be written to: " + e.getMessage(), e);
        }
    }

    private static int crc(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
