package org.gatehouse.listen;

import java.util.function.IntConsumer;

/**
 * Reads along with the bytes of an HTTP/2 connection and tells when the client resets a stream: Helidon 4.5.0 marks the stream as closed and offers
 * no way to be told, so a handler would learn it from its next write. Frame headers are 9 bytes (RFC 9113 4.1); everything else is skipped.
 * Confined to the connection's thread.
 */
final class Http2FrameTap {
    private static final int PREFACE_BYTES = 24;
    private static final int HEADER_BYTES = 9;
    private static final int RST_STREAM = 3;

    private final IntConsumer streamReset;
    private final byte[] header = new byte[HEADER_BYTES];
    private int headerBytes;
    private int skip = PREFACE_BYTES;

    /**
     * Makes a tap for a connection whose first byte is the first one of the preface.
     *
     * @param streamReset gets the number of each stream that the client resets
     */
    Http2FrameTap(IntConsumer streamReset) {
        this.streamReset = streamReset;
    }

    /** Takes the next bytes of the connection, cut anywhere. */
    void accept(byte[] bytes) {
        int at = 0;
        while (at < bytes.length) {
            if (skip > 0) {
                int skipped = Math.min(skip, bytes.length - at);
                skip -= skipped;
                at += skipped;
            } else {
                int taken = Math.min(HEADER_BYTES - headerBytes, bytes.length - at);
                System.arraycopy(bytes, at, header, headerBytes, taken);
                headerBytes += taken;
                at += taken;
                if (headerBytes == HEADER_BYTES) {
                    headerBytes = 0;
                    frame();
                }
            }
        }
    }

    private void frame() {
        skip = (header[0] & 0xff) << 16 | (header[1] & 0xff) << 8 | header[2] & 0xff;
        if (header[3] == RST_STREAM) {
            streamReset.accept(
                    (header[5] & 0x7f) << 24 | (header[6] & 0xff) << 16 | (header[7] & 0xff) << 8 | header[8] & 0xff);
        }
    }
}
