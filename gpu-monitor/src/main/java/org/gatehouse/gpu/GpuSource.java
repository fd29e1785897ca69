package org.gatehouse.gpu;

/** Where {@link GpuSnapshot}s come from. Implementations are thread-safe and answer from memory or within a second. */
public interface GpuSource {

    /** The GPUs as they are now. */
    GpuSnapshot snapshot();
}
