package org.gatehouse.supervisor.models;

import java.util.List;

/** Brings the files of one kind of source. Made for one import; used by its thread. */
interface Fetch extends AutoCloseable {
    /** What the source has, before anything is brought. Paths are checked. */
    ImportPlan look() throws ImportFailure, InterruptedException;

    /** Brings these files, those of the plan that are not complete yet. */
    void bring(ImportPlan plan, List<PlannedFile> missing) throws ImportFailure, InterruptedException;

    @Override
    default void close() {}
}
