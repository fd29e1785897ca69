package org.gatehouse.supervisor.models;

/** How an import ended, for now or for good. */
public sealed interface ImportOutcome {
    /** The model is in the store and visible. */
    record Imported(StoredModel model) implements ImportOutcome {}

    /** The store had exactly this content under this name before; nothing was added. */
    record AlreadyThere(StoredModel model) implements ImportOutcome {}

    /** It failed. If the problem is resumable, what has arrived is kept until it is resumed or discarded. */
    record Failed(ImportProblem problem) implements ImportOutcome {}

    /** Somebody paused it; resumable. */
    record Paused() implements ImportOutcome {}

    /** The program ended or was killed in its middle; resumable. */
    record Interrupted() implements ImportOutcome {}

    /** Somebody cancelled it; nothing of it is left. */
    record Cancelled() implements ImportOutcome {}

    /** Whether {@link ModelStore#resume} can take it up again. */
    default boolean resumable() {
        return switch (this) {
            case Imported _,AlreadyThere _,Cancelled _ -> false;
            case Paused _,Interrupted _ -> true;
            case Failed(ImportProblem problem) -> problem.resumable();
        };
    }
}
