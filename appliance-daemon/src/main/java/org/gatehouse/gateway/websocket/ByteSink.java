package org.gatehouse.gateway.websocket;

import java.io.IOException;

/** Where the bytes of one direction go to. */
@FunctionalInterface
public interface ByteSink {

    /** Blocks until all bytes are on their way: a slow receiver slows the sender. */
    void write(byte[] bytes, int offset, int length) throws IOException;
}
