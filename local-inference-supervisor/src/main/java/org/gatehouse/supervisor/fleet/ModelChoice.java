package org.gatehouse.supervisor.fleet;

import java.nio.file.Path;
import java.util.Objects;

/** Which model a deployment serves. Immutable. */
public sealed interface ModelChoice {

    /**
     * Files on this box that the model store does not know.
     *
     * @param path a directory, or a GGUF file
     */
    record LocalDirectory(Path path) implements ModelChoice {
        /** Checks that there is a path. */
        public LocalDirectory {
            Objects.requireNonNull(path, "path");
        }

        @Override
        public String toString() {
            return path.toString();
        }
    }

    /**
     * A model of the store.
     *
     * @param idOrName its id, or its name for the one imported last
     */
    record Stored(String idOrName) implements ModelChoice {
        /** Checks that there is a name. */
        public Stored {
            Objects.requireNonNull(idOrName, "idOrName");
        }

        @Override
        public String toString() {
            return idOrName;
        }
    }
}
