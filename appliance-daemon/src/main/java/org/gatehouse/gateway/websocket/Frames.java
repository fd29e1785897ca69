package org.gatehouse.gateway.websocket;

/** What stands in the first bytes of a frame (RFC 6455 5.2). */
final class Frames {
    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    static final int FIN = 0x80;
    static final int RESERVED = 0x70;
    static final int OPCODE = 0x0f;
    static final int MASKED = 0x80;
    static final int LENGTH = 0x7f;
    static final int TWO_BYTES = 126;
    static final int EIGHT_BYTES = 127;
    static final int MASK_BYTES = 4;
    /** Most bytes of a ping, a pong or a close. */
    static final int MOST_CONTROL = 125;

    private Frames() {}

    /** Masks, or unmasks, which is the same. */
    static void mask(byte[] bytes, int from, int to, byte[] key, int keyAt, int phase) {
        for (int index = from; index < to; index++) {
            bytes[index] ^= key[keyAt + ((phase + index - from) & 3)];
        }
    }
}
