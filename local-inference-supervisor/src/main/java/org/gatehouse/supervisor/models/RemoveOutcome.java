package org.gatehouse.supervisor.models;

/** Whether a model was removed. */
public sealed interface RemoveOutcome {
    /** It is no longer visible; its bytes are deleted, or will be at the next start. */
    record Removed(StoredModel model) implements RemoveOutcome {}

    /** Somebody uses it. */
    record Used(StoredModel model, String user) implements RemoveOutcome {
        /** For people. */
        public String message() {
            return "Model " + model.id() + " is used by " + user + ". Stop that first, then remove the model.";
        }
    }

    /** The store has no such model. */
    record NoSuchModel(String id) implements RemoveOutcome {}
}
