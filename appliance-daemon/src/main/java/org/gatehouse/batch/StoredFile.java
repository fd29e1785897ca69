package org.gatehouse.batch;

import java.time.Instant;
import java.util.Locale;
import java.util.UUID;

/**
 * A file of a project: handed in by a client, or made of a batch's results. Immutable.
 *
 * @param box on whose disk it lies
 * @param key with which it was handed in, or its batch ordered
 * @param bytes its size as the client knows it
 */
public record StoredFile(UUID id, UUID box, UUID project, UUID key, Purpose purpose, String name, long bytes,
        Instant createdAt, Instant expiresAt) {

    /** What a file is for. */
    public enum Purpose {
        /** Rows of a batch. */
        BATCH,
        /** Results of a batch. */
        BATCH_OUTPUT;

        /** OpenAI's word. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How clients name it. */
    public String publicId() {
        return PublicIds.FILE.write(id);
    }
}
