package org.gatehouse.gpu;

/** Whether a GPU can be worked with. */
public enum GpuCondition {
    /** It answers. */
    OK,
    /** It was here and does not answer any more: fallen off the bus, or waiting for a reset. */
    LOST,
    /** It was taken out on purpose (unbound from the driver, or disabled). */
    DETACHED,
    /** No source can tell at present. */
    UNKNOWN;

    /** Whether work may be placed on it. */
    public boolean usable() {
        return this == OK;
    }
}
