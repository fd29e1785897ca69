package org.gatehouse.store;

import java.time.Instant;
import java.util.List;
import java.util.Set;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * What a backup holds; its last part. Immutable.
 *
 * @param format {@value #FORMAT}
 * @param version of the format, {@value #VERSION} now
 * @param createdAt when it was begun
 * @param schema the version of the database's schema
 * @param keyEncryptionKeyId which key file its secrets need
 * @param parts everything else in it, in order
 * @param box the name of the box that wrote it; {@code null} in older ones
 * @param software the version that wrote it; {@code null} in older ones
 */
@JsonIgnoreProperties(ignoreUnknown = true) // a newer one says what it is before it is refused for its schema
@JsonInclude(JsonInclude.Include.NON_NULL)
record BackupManifest(String format, int version, Instant createdAt, String schema, String keyEncryptionKeyId,
        List<Part> parts, @Nullable String box, @Nullable String software) {

    static final String FORMAT = "gatehouse-backup";
    static final int VERSION = 1;
    /** Its name in the file. */
    static final String NAME = "manifest.json";
    /** The key-encryption key, sealed under a passphrase. */
    static final String KEY = "key-encryption-key.sealed";
    static final String TABLE_FOLDER = "tables/";
    static final String FILE_FOLDER = "files/";
    /** Files of the data directory that belong to the state: whose trail it is, and how far it had come. */
    static final Set<String> FILES = Set.of("journal/node", "journal/trail-head");

    BackupManifest {
        parts = List.copyOf(parts);
    }

    /** The same with other parts. */
    BackupManifest with(List<Part> others) {
        return new BackupManifest(format, version, createdAt, schema, keyEncryptionKeyId, others, box, software);
    }

    /**
     * One file in it.
     *
     * @param sha256 64 hex digits
     * @param rows for tables, how many; else 0
     */
    record Part(String name, String sha256, long rows) {}
}
