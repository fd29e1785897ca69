package org.gatehouse.supervisor.models;

import java.util.List;

/** What a look at a stored model found. */
public sealed interface Verification {
    /** How thoroughly to look. */
    enum Depth {
        /** Signature, names and sizes: milliseconds. */
        QUICK,
        /** Every byte as well: as long as the disk takes to read the model. */
        FULL
    }

    /**
     * All is as it was imported.
     *
     * @param model what may be given to an engine
     */
    record Sound(StoredModel model, Depth depth) implements Verification {}

    /** Something is not. */
    record Unsound(String id, Depth depth, List<Finding> findings) implements Verification {
        /** Copies the findings. */
        public Unsound {
            findings = List.copyOf(findings);
        }
    }

    /** The store has no such model. */
    record NoSuchModel(String id) implements Verification {}

    /** One thing that is not as it was. */
    sealed interface Finding {
        /** For people. */
        String message();
    }

    /** The manifest's signature does not hold, so nothing that it says can be relied on. */
    record BadSignature() implements Finding {
        @Override
        public String message() {
            return "The manifest's signature does not hold. Import the model again.";
        }
    }

    /** A file is gone. */
    record Missing(String path) implements Finding {
        @Override
        public String message() {
            return "The file `" + Text.shown(path) + "` is missing. Import the model again.";
        }
    }

    /** A file has other bytes. */
    record Changed(String path, String why) implements Finding {
        @Override
        public String message() {
            return "The file `" + Text.shown(path) + "` has changed: " + why + ". Import the model again.";
        }
    }

    /** A file has come that was not imported. */
    record Added(String path) implements Finding {
        @Override
        public String message() {
            return "The file `" + Text.shown(path) + "` was added. Find out by whom, and delete it.";
        }
    }
}
