package org.gatehouse.simulated;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Just enough of the WAV format: how long a recording is, and a quiet tone. */
final class Wave {
    private static final int RATE = 8000;
    private static final int HEADER = 44;
    /** What a second of compressed audio is taken to weigh when the recording is not a WAV: 128 kbit. */
    private static final double BYTES_PER_SECOND = 16_000;

    private Wave() {}

    /** The length of a recording in seconds; a guess by size when it is not a WAV. */
    static double seconds(byte[] recording) {
        ByteBuffer bytes = ByteBuffer.wrap(recording).order(ByteOrder.LITTLE_ENDIAN);
        if (recording.length < 12 || !tag(recording, 0).equals("RIFF") || !tag(recording, 8).equals("WAVE")) {
            return recording.length / BYTES_PER_SECOND;
        }
        long bytesPerSecond = 0;
        int at = 12;
        while (at + 8 <= recording.length) {
            long size = bytes.getInt(at + 4) & 0xFFFFFFFFL;
            if (tag(recording, at).equals("fmt ") && at + 20 <= recording.length) {
                bytesPerSecond = bytes.getInt(at + 16) & 0xFFFFFFFFL;
            } else if (tag(recording, at).equals("data") && bytesPerSecond > 0) {
                // A recorder that was cut off leaves a size that the file does not have.
                return Math.min(size, recording.length - at - 8) / (double) bytesPerSecond;
            }
            at = (int) Math.min(Integer.MAX_VALUE - 8, at + 8 + size + (size & 1));
        }
        return 0;
    }

    private static String tag(byte[] bytes, int at) {
        return new String(bytes, at, 4, StandardCharsets.US_ASCII);
    }

    /** A WAV with a quiet tone of so many milliseconds. */
    static byte[] tone(int millis) {
        int samples = RATE * millis / 1000;
        ByteBuffer wave = ByteBuffer.allocate(HEADER + samples * 2).order(ByteOrder.LITTLE_ENDIAN);
        wave.put(Bytes.of("RIFF")).putInt(HEADER - 8 + samples * 2).put(Bytes.of("WAVE"));
        wave.put(Bytes.of("fmt ")).putInt(16).putShort((short) 1).putShort((short) 1).putInt(RATE).putInt(RATE * 2);
        wave.putShort((short) 2).putShort((short) 16).put(Bytes.of("data")).putInt(samples * 2);
        for (int i = 0; i < samples; i++) {
            wave.putShort((short) (1500 * Math.sin(2 * Math.PI * 440 * i / RATE)));
        }
        return wave.array();
    }
}
