package org.gatehouse.supervisor.models;

import java.nio.file.Path;

/** Where a model comes from. */
public sealed interface ModelSource {

    /** What happens to the files of a local directory. */
    enum Placement {
        /** Copied. What happens to the source afterwards does not matter. */
        COPY,
        /**
         * Left where they are; the store keeps the signed manifest alone. Costs no space, but the directory must stay mounted and
         * unchanged, and every byte is read again before the model may serve.
         */
        IN_PLACE
    }

    /** A directory of this machine, such as an unpacked download or a snapshot of a hub client's cache. */
    record Directory(Path path, Placement placement) implements ModelSource {
        @Override
        public String describe() {
            return "directory " + path;
        }
    }

    /** A {@code .tar}, {@code .tar.gz} or {@code .zip} file, told by its content. */
    record Archive(Path path) implements ModelSource {
        @Override
        public String describe() {
            return "archive " + path;
        }
    }

    /**
     * A repository of a model hub or of a mirror with the same paths.
     *
     * @param hub the name of one of the configured hubs; see {@link HubSettings#name}
     * @param repository such as {@code organisation/model}
     * @param revision a branch, a tag or a commit; a branch is pinned to its commit when the import begins
     */
    record Hub(String hub, String repository, String revision) implements ModelSource {
        @Override
        public String describe() {
            return "hub " + hub + ", repository " + repository + ", revision " + revision;
        }
    }

    /** In words, for manifests and messages. */
    String describe();
}
