package org.gatehouse.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import com.fasterxml.jackson.core.type.TypeReference;

/**
 * Trail rows that are missing one behind the other. A rebuild that could not bring them back notes them beside the
 * database, so that they do not lead to a rebuild at each start; verification knows nothing of the note. Immutable.
 *
 * @param node whose trail
 * @param first the number of the first
 * @param last and of the last
 */
record MissingRows(String node, long first, long last) {

    private static final String NOTE = "missing-rows.json";

    /** What was noted last; empty when nothing was. */
    static List<MissingRows> noted(Path databaseDirectory) throws IOException {
        Path file = databaseDirectory.resolve(NOTE);
        return Files.exists(file)
                ? Backup.JSON.readValue(Files.readAllBytes(file), new TypeReference<List<MissingRows>>() {})
                : List.of();
    }

    /** Notes them in the place of what was noted before. */
    static void note(Path databaseDirectory, List<MissingRows> missing) throws IOException {
        EmbeddedFile.writeForced(databaseDirectory.resolve(NOTE), Backup.JSON.writeValueAsBytes(missing));
    }

    boolean isWithin(MissingRows other) {
        return node.equals(other.node) && first >= other.first && last <= other.last;
    }

    long count() {
        return last - first + 1;
    }
}
