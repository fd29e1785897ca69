package org.gatehouse.supervisor.engines;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Where an engine shall answer: never outside of the box. Immutable. */
public sealed interface EngineAddress {

    /**
     * A Unix domain socket.
     *
     * @param path absolute, at most 107 bytes ({@code sun_path} has 108 with its final zero, unix(7))
     */
    record UnixSocket(Path path) implements EngineAddress {
        private static final int LONGEST_BYTES = 107;

        /** Checks the path. */
        public UnixSocket {
            if (!path.isAbsolute() || path.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_BYTES) {
                throw new IllegalArgumentException(
                        "a socket's path is absolute and at most " + LONGEST_BYTES + " bytes long: " + path);
            }
        }
    }

    /**
     * A TCP port on 127.0.0.1.
     *
     * @param port 1 to 65535
     */
    record LoopbackPort(int port) implements EngineAddress {
        /** Checks the range. */
        public LoopbackPort {
            if (port < 1 || port > 65_535) {
                throw new IllegalArgumentException("a port is 1 to 65535, not " + port);
            }
        }
    }
}
