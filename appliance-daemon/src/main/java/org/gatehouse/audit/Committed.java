package org.gatehouse.audit;

import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * A durable record, on its way from the journal to the database.
 *
 * @param previous the hash before it
 * @param head its own number and hash
 * @param json its canonical JSON
 * @param item the record itself, if it is at hand
 */
record Committed(byte[] previous, ChainHead head, byte[] json, @Nullable TrailRecord item, List<BodyChunk> bodies) {

    long sequence() {
        return head.sequence();
    }

    /** About how many bytes it brings to the database. */
    int bytes() {
        int bytes = json.length;
        for (BodyChunk chunk : bodies) {
            bytes += chunk.bytes().length;
        }
        return bytes;
    }

    /** The record, read from its JSON when it came from the disk. */
    TrailRecord toRecord() {
        return item != null ? item : RecordJson.read(RecordJson.text(json));
    }

    /** One that was read back from the journal. */
    static Committed read(byte[] previous, ChainHead head, Supplier<byte[]> json, List<BodyChunk> bodies) {
        return new Committed(previous, head, json.get(), null, bodies);
    }
}
