package org.gatehouse.gpu;

/**
 * An open way to read the GPUs of one node. Used by one thread at a time; that thread is not always the same. A call may
 * block for as long as a driver hangs, so callers go through {@code monitor.GpuMonitor}, which guards each call by a deadline.
 */
public interface GpuSource extends AutoCloseable {

    /** What it reads from. */
    SourceKind kind();

    /** Reads everything once. Failures of the source are values; nothing is thrown for them. */
    Sampling sample();

    /** Gives back what the source holds; never throws, may be called again. */
    @Override
    void close();
}
