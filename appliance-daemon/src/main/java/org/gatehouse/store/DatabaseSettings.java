package org.gatehouse.store;

import java.nio.file.Path;
import java.util.Objects;

/** Which database keeps the box's records. Immutable. */
public sealed interface DatabaseSettings {

    /**
     * H2 inside the daemon: one file, nothing to install. For one box.
     *
     * @param directory where the file lies; made when missing
     */
    record Embedded(Path directory) implements DatabaseSettings {
        /** Checks that it is there. */
        public Embedded {
            Objects.requireNonNull(directory, "directory");
        }
    }

    /**
     * A PostgreSQL server, 15 or newer (older ones have no {@code MERGE}). For a fleet of boxes.
     *
     * @param url {@code jdbc:postgresql://host:port/database}
     */
    record Postgresql(String url, String user, String password) implements DatabaseSettings {
        /** Checks the address's form. */
        public Postgresql {
            Objects.requireNonNull(user, "user");
            Objects.requireNonNull(password, "password");
            if (!url.startsWith("jdbc:postgresql:")) {
                throw new IllegalArgumentException(
                        "the database address must start with jdbc:postgresql: and this one does not: " + url);
            }
        }

        /** Without the password, and without the address's parameters, which may hold one. */
        @Override
        public String toString() {
            return "Postgresql[url=" + url.replaceFirst("\\?.*", "?…") + ", user=" + user + "]";
        }
    }
}
