package org.gatehouse.gateway.protocol.converse;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.protocol.BrokenAnswerException;
import org.gatehouse.gateway.protocol.json.JsonTrees;

/**
 * Cuts {@code application/vnd.amazon.eventstream} into its messages, whatever packets they came in. A message is its
 * length, its headers' length, a checksum of these two, the headers, the payload and a checksum of all before it; numbers
 * are big-endian, checksums CRC-32 (smithy.io, Amazon Event Stream Specification). Confined to one thread.
 */
public final class EventStreamSplitter {
    private static final int PRELUDE = 12;
    private static final int FRAME = PRELUDE + 4;
    /** The specification's own bounds. */
    private static final int MAX_HEADERS = 128 * 1024;
    private static final int MAX_MESSAGE = 24 * 1024 * 1024;

    private final int maxMessage;
    private byte[] buffer = new byte[4096];
    private int start;
    private int end;

    /** Takes messages up to the specification's bound. */
    public EventStreamSplitter() {
        this(MAX_MESSAGE);
    }

    /** Takes messages up to a bound of bytes. */
    public EventStreamSplitter(int maxMessage) {
        this.maxMessage = maxMessage;
    }

    /**
     * A message.
     *
     * @param type the event's type, the exception's, or the code of an error of the connection
     * @param failed whether it is an exception or an error
     * @param data its payload, JSON: a copy
     */
    @SuppressWarnings("ArrayRecordComponent") // a payload that is read once, never compared
    public record Message(String type, boolean failed, byte[] data) {}

    /** Takes bytes as they came. */
    public void feed(byte[] bytes, int from, int to) {
        int held = end - start;
        if (to - from > buffer.length - end) {
            byte[] room = held + to - from > buffer.length
                    ? new byte[Math.max(buffer.length * 2, held + to - from)]
                    : buffer;
            System.arraycopy(buffer, start, room, 0, held);
            buffer = room;
            start = 0;
            end = held;
        }
        System.arraycopy(bytes, from, buffer, end, to - from);
        end += to - from;
    }

    /** Whether a message has begun and is not whole: a stream that ends so was cut. */
    public boolean inside() {
        return start < end;
    }

    /**
     * The next whole message; {@code null} when more bytes are needed.
     *
     * @throws BrokenAnswerException when the bytes are no message; the stream cannot be read on
     */
    public @Nullable Message next() throws BrokenAnswerException {
        if (end - start < PRELUDE) {
            return null;
        }
        ByteBuffer frame = ByteBuffer.wrap(buffer, start, end - start);
        int length = frame.getInt();
        int headers = frame.getInt();
        // Checked before the lengths are believed.
        check(frame.getInt(), start, start + 8);
        if (length < FRAME || length > maxMessage || headers < 0 || headers > MAX_HEADERS
                || headers > length - FRAME) {
            throw new BrokenAnswerException("sent an event of an impossible length");
        }
        if (end - start < length) {
            return null;
        }
        int last = start + length - 4;
        check(ByteBuffer.wrap(buffer, last, 4).getInt(), start, last);
        Message message = message(ByteBuffer.wrap(buffer, start + PRELUDE, headers), start + PRELUDE + headers, last);
        start += length;
        return message;
    }

    private void check(int told, int from, int to) throws BrokenAnswerException {
        CRC32 sum = new CRC32();
        sum.update(buffer, from, to - from);
        if ((int) sum.getValue() != told) {
            throw new BrokenAnswerException("sent an event with a wrong checksum");
        }
    }

    private Message message(ByteBuffer headers, int from, int to) throws BrokenAnswerException {
        String kind = "event";
        String event = "";
        String exception = "";
        String code = "";
        String words = "";
        try {
            while (headers.hasRemaining()) {
                String name = text(headers, headers.get() & 0xff);
                String value = value(headers);
                switch (name) {
                    case ":message-type" -> kind = value;
                    case ":event-type" -> event = value;
                    case ":exception-type" -> exception = value;
                    case ":error-code" -> code = value;
                    case ":error-message" -> words = value;
                    default -> {
                    }
                }
            }
        } catch (java.nio.BufferUnderflowException e) {
            throw new BrokenAnswerException("sent an event whose headers do not end", e);
        }
        return switch (kind) {
            case "event" -> new Message(event, false, Arrays.copyOfRange(buffer, from, to));
            case "exception" -> new Message(exception, true, Arrays.copyOfRange(buffer, from, to));
            case "error" -> new Message(code, true, JsonTrees.bytes(JsonTrees.object().put("message", words)));
            default -> throw new BrokenAnswerException("sent an event of an unknown kind");
        };
    }

    /** A header's value; empty when it is no text. */
    private static String value(ByteBuffer headers) throws BrokenAnswerException {
        int type = headers.get();
        int skipped = switch (type) {
            case 0, 1 -> 0;
            case 2 -> 1;
            case 3 -> 2;
            case 4 -> 4;
            case 5, 8 -> 8;
            case 9 -> 16;
            case 6, 7 -> headers.getShort() & 0xffff;
            default -> throw new BrokenAnswerException("sent an event with a header of an unknown type");
        };
        String value = text(headers, skipped);
        return type == 7 ? value : "";
    }

    private static String text(ByteBuffer headers, int length) {
        byte[] text = new byte[length];
        headers.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }
}
