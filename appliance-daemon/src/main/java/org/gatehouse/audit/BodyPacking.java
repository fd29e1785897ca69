package org.gatehouse.audit;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

import org.gatehouse.store.SecretBox;
import org.gatehouse.store.SecretPlace;

/** Recorded bodies to sealed pieces and back: gzip, then AES-GCM bound to the call, then cut. Thread-safe. */
final class BodyPacking {

    /** Larger ones, packed, are not kept; their digest in the record stands all the same. */
    static final int LARGEST_PACKED = 4 << 20;

    private final SecretBox secretBox;

    BodyPacking(SecretBox secretBox) {
        this.secretBox = secretBox;
    }

    List<BodyChunk> pack(UUID callId, int part, byte[] body, long expiresAtMicros) {
        byte[] sealed = secretBox.seal(place(callId, part), gzip(body));
        if (sealed.length > LARGEST_PACKED) {
            return List.of();
        }
        List<BodyChunk> chunks = new ArrayList<>();
        for (int at = 0; at < sealed.length; at += BodyChunk.LARGEST) {
            chunks.add(new BodyChunk(callId, part, chunks.size(), expiresAtMicros,
                    Arrays.copyOfRange(sealed, at, Math.min(sealed.length, at + BodyChunk.LARGEST))));
        }
        return chunks;
    }

    /** @throws org.gatehouse.store.StoreFailure when the pieces are not those that were packed */
    byte[] unpack(UUID callId, int part, byte[] sealed) {
        try (GZIPInputStream in = new GZIPInputStream(
                new ByteArrayInputStream(secretBox.open(place(callId, part), sealed)))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static SecretPlace place(UUID callId, int part) {
        return new SecretPlace("call_body", callId + "/" + part, "bytes");
    }

    private static byte[] gzip(byte[] body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(body.length / 3 + 64);
        try (GZIPOutputStream zip = new FastGzip(out)) {
            zip.write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** The fastest level: prompts are text, and it takes most of the gain at a third of the CPU. */
    private static final class FastGzip extends GZIPOutputStream {
        FastGzip(ByteArrayOutputStream out) throws IOException {
            super(out);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
