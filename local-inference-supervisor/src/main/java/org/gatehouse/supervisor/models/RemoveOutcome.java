package org.gatehouse.supervisor.models;

/** Whether a model was removed. */
public sealed interface RemoveOutcome {
    /** It is no longer visible; its bytes are deleted, or will be at the next start. A model in place keeps its files. */
    record Removed(String id) implements RemoveOutcome {}

    /** Somebody uses it. */
    record Used(String id, String user) implements RemoveOutcome {
        /** For people. */
        public String message() {
            return "Model " + id + " is used by " + user + ". Stop that first, then remove the model.";
        }
    }

    /** The store has no such model. */
    record NoSuchModel(String id) implements RemoveOutcome {
        /** For people. */
        public String message() {
            return "The store has no model `" + Text.shown(id) + "`. List the models, and give one's full id.";
        }
    }
}
