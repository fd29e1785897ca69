package org.gatehouse.listen;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.channels.SocketChannel;

/**
 * Reads the file descriptor number of a socket channel, for which the JDK has no public way. The only reflection in this room; needs
 * {@code --add-exports java.base/sun.nio.ch=ALL-UNNAMED}, which the daemon's jar manifest grants.
 */
final class SocketDescriptor {
    private final MethodHandle number;

    private SocketDescriptor(MethodHandle number) {
        this.number = number;
    }

    /**
     * Finds the way to the descriptor once.
     *
     * @throws IOException if this JVM does not give it away; the message says which option is missing
     */
    static SocketDescriptor open() throws IOException {
        try {
            // SelChImpl is public in its package; SocketChannelImpl, which implements it, is not.
            Class<?> channel = Class.forName("sun.nio.ch.SelChImpl");
            MethodHandle found = MethodHandles.lookup().findVirtual(channel, "getFDVal",
                    MethodType.methodType(int.class));
            return new SocketDescriptor(found.asType(MethodType.methodType(int.class, Object.class)));
        } catch (ReflectiveOperationException e) {
            throw new IOException(
                    "The JVM hides the file descriptors of sockets: start it with --add-exports java.base/sun.nio.ch=ALL-UNNAMED",
                    e);
        }
    }

    /** The descriptor of an open channel; meaningless once the channel is closed. */
    int of(SocketChannel channel) {
        try {
            return (int) number.invokeExact((Object) channel);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
