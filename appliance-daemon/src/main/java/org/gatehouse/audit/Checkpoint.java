package org.gatehouse.audit;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.UUID;

import org.gatehouse.store.SigningKey;

/**
 * A signature over the trail as it stood: whoever changes a row before it would have to forge it. Immutable.
 *
 * @param node whose trail
 * @param sequence up to which record, inclusive
 * @param head that record's hash, 64 hex digits
 * @param signature Ed25519 over {@link #message}, hex
 */
public record Checkpoint(UUID id, Instant at, UUID node, long sequence, String head,
        String signature) implements TrailRecord {

    /** Checks what must be there. */
    public Checkpoint {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(node, "node");
        Objects.requireNonNull(head, "head");
        Objects.requireNonNull(signature, "signature");
        at = at.truncatedTo(ChronoUnit.MICROS);
    }

    static Checkpoint of(UUID id, Instant at, UUID node, ChainHead head, SigningKey key) {
        Instant micros = at.truncatedTo(ChronoUnit.MICROS);
        byte[] signed = key.sign(message(micros, node, head.sequence(), head.hex()));
        return new Checkpoint(id, micros, node, head.sequence(), head.hex(),
                java.util.HexFormat.of().formatHex(signed));
    }

    /** What is signed: five lines, the last one without a line end. */
    byte[] message() {
        return message(at, node, sequence, head);
    }

    private static byte[] message(Instant at, UUID node, long sequence, String head) {
        return ("gatehouse checkpoint 1\n" + node + "\n" + sequence + "\n" + head + "\n" + Micros.text(at))
                .getBytes(StandardCharsets.UTF_8);
    }
}
