package org.gatehouse.gateway.upstream.http;

/** How the end of a body is found, and what its bytes stand for. Confined to the call's thread. */
sealed interface Body permits FixedLengthBody, ChunkedBody, CloseDelimitedBody, InflatingBody {

    /**
     * Blocks until there is at least one byte, then takes what is there without blocking again; -1 at the clean end.
     * {@code length} is at least 1.
     */
    int read(byte[] target, int offset, int length) throws UpstreamFailureException;

    /** Whether the clean end has been reached, so that {@link #read} has nothing more to give. */
    boolean isFinished();

    /** Frees what is not memory of the heap. */
    void close();
}
