package org.gatehouse.audit;

import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * How records lie in a journal segment: frames of magic (4 bytes), payload length (4), CRC32C (4), four zero bytes, the
 * number of the first record of the batch that was written with one force (8), payload, zeros up to a multiple of 8.
 * A record's payload is its number, its hash and its JSON; the pieces of its bodies stand before it. Stateless.
 */
final class Frames {

    static final int RECORD = 0x47485231;
    static final int BODY = 0x47484231;
    static final int HEADER = 24;
    static final int LARGEST_PAYLOAD = 1 << 20;

    private static final int RECORD_FIXED = 8 + ChainHead.HASH_BYTES;
    private static final int BODY_FIXED = 16 + 4 + 4 + 8;
    private static final int CRC_AT = 8;
    private static final int BATCH_AT = 16;

    private Frames() {}

    static int sizeOfRecord(byte[] json) {
        return padded(HEADER + RECORD_FIXED + json.length);
    }

    static int sizeOfBody(BodyChunk chunk) {
        return padded(HEADER + BODY_FIXED + chunk.bytes().length);
    }

    static void putRecord(ByteBuffer out, long batch, ChainHead head, byte[] json) {
        int start = begin(out, RECORD, RECORD_FIXED + json.length, batch);
        out.putLong(head.sequence()).put(head.hash()).put(json);
        finish(out, start);
    }

    static void putBody(ByteBuffer out, long batch, BodyChunk chunk) {
        int start = begin(out, BODY, BODY_FIXED + chunk.bytes().length, batch);
        out.putLong(chunk.callId().getMostSignificantBits()).putLong(chunk.callId().getLeastSignificantBits())
                .putInt(chunk.part()).putInt(chunk.index()).putLong(chunk.expiresAtMicros()).put(chunk.bytes());
        finish(out, start);
    }

    /** Whether a whole, undamaged frame starts there. */
    static boolean isFrame(ByteBuffer in, int at) {
        if (at + HEADER > in.limit()) {
            return false;
        }
        int magic = in.getInt(at);
        int length = in.getInt(at + 4);
        if (magic != RECORD && magic != BODY || length < RECORD_FIXED - 8 || length > LARGEST_PAYLOAD
                || at + padded(HEADER + length) > in.limit()) {
            return false;
        }
        return in.getInt(at + CRC_AT) == crc(in, at, length);
    }

    /** The size of the frame that starts there. */
    static int size(ByteBuffer in, int at) {
        return padded(HEADER + in.getInt(at + 4));
    }

    static boolean isRecord(ByteBuffer in, int at) {
        return in.getInt(at) == RECORD;
    }

    static long batch(ByteBuffer in, int at) {
        return in.getLong(at + BATCH_AT);
    }

    static ChainHead head(ByteBuffer in, int at) {
        byte[] hash = new byte[ChainHead.HASH_BYTES];
        in.get(at + HEADER + 8, hash);
        return new ChainHead(in.getLong(at + HEADER), hash);
    }

    static byte[] json(ByteBuffer in, int at) {
        byte[] json = new byte[in.getInt(at + 4) - RECORD_FIXED];
        in.get(at + HEADER + RECORD_FIXED, json);
        return json;
    }

    static BodyChunk body(ByteBuffer in, int at) {
        int payload = at + HEADER;
        byte[] bytes = new byte[in.getInt(at + 4) - BODY_FIXED];
        in.get(payload + BODY_FIXED, bytes);
        return new BodyChunk(new UUID(in.getLong(payload), in.getLong(payload + 8)), in.getInt(payload + 16),
                in.getInt(payload + 20), in.getLong(payload + 24), bytes);
    }

    private static int begin(ByteBuffer out, int magic, int length, long batch) {
        int start = out.position();
        out.putInt(magic).putInt(length).putInt(0).putInt(0).putLong(batch);
        return start;
    }

    private static void finish(ByteBuffer out, int start) {
        int length = out.position() - start - HEADER;
        while (out.position() % 8 != 0) {
            out.put((byte) 0);
        }
        out.putInt(start + CRC_AT, crc(out, start, length));
    }

    /** Over the magic, the length, the batch and the payload. */
    private static int crc(ByteBuffer buffer, int at, int length) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.slice(at, CRC_AT));
        crc.update(buffer.slice(at + BATCH_AT, 8 + length));
        return (int) crc.getValue();
    }

    private static int padded(int size) {
        return size + 7 & ~7;
    }
}
