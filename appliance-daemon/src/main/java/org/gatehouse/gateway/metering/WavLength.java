package org.gatehouse.gateway.metering;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.OptionalLong;

/** How long a WAV recording lasts, from its header (Microsoft's RIFF multimedia registration, 1994). */
public final class WavLength {
    private static final int RIFF = 0x46464952;
    private static final int WAVE = 0x45564157;
    private static final int FORMAT = 0x20746d66;
    private static final int DATA = 0x61746164;

    private WavLength() {}

    /** Milliseconds of the first WAV recording somewhere inside a form; empty when there is none. */
    public static OptionalLong millisInside(byte[] form) {
        for (int at = 0; at + 44 <= form.length; at++) {
            if (form[at] == 'R' && form[at + 1] == 'I' && form[at + 2] == 'F' && form[at + 3] == 'F') {
                return millis(Arrays.copyOfRange(form, at, form.length));
            }
        }
        return OptionalLong.empty();
    }

    /** Milliseconds; empty when it is no WAV recording. */
    public static OptionalLong millis(byte[] bytes) {
        ByteBuffer wav = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < 44 || wav.getInt(0) != RIFF || wav.getInt(8) != WAVE) {
            return OptionalLong.empty();
        }
        long bytesPerSecond = 0;
        int at = 12;
        while (at >= 0 && at + 8 <= bytes.length) {
            long size = Integer.toUnsignedLong(wav.getInt(at + 4));
            if (wav.getInt(at) == FORMAT && at + 20 <= bytes.length) {
                bytesPerSecond = Integer.toUnsignedLong(wav.getInt(at + 16));
            } else if (wav.getInt(at) == DATA && bytesPerSecond > 0) {
                // A streamed recording may not know its size: what is there counts.
                return OptionalLong.of(Math.min(size, bytes.length - at - 8L) * 1000 / bytesPerSecond);
            }
            at = size > bytes.length ? -1 : (int) (at + 8 + size + (size & 1));
        }
        return OptionalLong.empty();
    }
}
