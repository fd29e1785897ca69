package org.gatehouse.machine.update;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.function.LongConsumer;

/** Fetches a file from elsewhere, by the box's one way out. */
@FunctionalInterface
public interface Fetch {
    /**
     * Fetches all of it.
     *
     * @param privateAllowed whether the address may be one of the company's own network
     * @param longest in bytes; more is an error
     * @param size is told the announced length, or -1, before the first byte
     * @throws IOException says what went wrong, for people
     */
    void fetch(URI address, boolean privateAllowed, long longest, OutputStream into, LongConsumer size)
            throws IOException;
}
