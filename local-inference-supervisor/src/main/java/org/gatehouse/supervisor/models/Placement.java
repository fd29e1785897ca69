package org.gatehouse.supervisor.models;

/** How the files of a local directory get into the store. */
public enum Placement {
    /** Copied. What happens to the source afterwards does not matter. */
    COPY,
    /**
     * Linked where source and store are on one file system and the kernel allows it, else copied. Costs no space, but the source's
     * files become read-only, and root could still change them: verify finds that.
     */
    LINK,
    /** Left where they are; the store keeps the signed manifest alone. The directory must stay mounted and unchanged. */
    IN_PLACE
}
