package org.gatehouse.gateway.websocket;

import java.io.IOException;

/** Where the bytes of one direction come from. */
@FunctionalInterface
public interface ByteSource {

    /**
     * Blocks until there is at least one byte, then takes what is there; -1 at the end.
     *
     * @param length at least 1
     */
    int read(byte[] target, int offset, int length) throws IOException;
}
