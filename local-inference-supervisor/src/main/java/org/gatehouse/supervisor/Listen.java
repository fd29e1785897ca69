package org.gatehouse.supervisor;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;

/** Where an engine is reached: never from outside the box. Two instances must never share one. Immutable. */
public sealed interface Listen {

    /** The address to connect to. */
    SocketAddress address();

    /**
     * A Unix domain socket, the better choice: guarded by file permissions, and a stale owner is seen at once.
     *
     * @param path where the engine makes its socket; made absolute
     */
    record UnixSocket(Path path) implements Listen {
        /** The longest path that the kernel takes, in bytes: {@code sun_path} has 108 with its final zero (unix(7)). */
        public static final int LONGEST_PATH_BYTES = 107;

        /** Makes the path absolute. */
        public UnixSocket {
            path = Objects.requireNonNull(path, "path").toAbsolutePath().normalize();
        }

        /** Length of the path in bytes, as the kernel counts it. */
        public int pathBytes() {
            return path.toString().getBytes(StandardCharsets.UTF_8).length;
        }

        @Override
        public SocketAddress address() {
            return UnixDomainSocketAddress.of(path);
        }

        @Override
        public String toString() {
            return "unix:" + path;
        }
    }

    /**
     * A TCP port on the loopback address.
     *
     * @param port 1 to 65535
     */
    record LoopbackPort(int port) implements Listen {

        /** Checks the range. */
        public LoopbackPort {
            if (port < 1 || port > 65_535) {
                throw new IllegalArgumentException("port must be 1 to 65535, not " + port);
            }
        }

        @Override
        public SocketAddress address() {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        }

        @Override
        public String toString() {
            return "tcp:" + port;
        }
    }
}
