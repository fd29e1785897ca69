package org.gatehouse.listen;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Locale;

/**
 * One epoll instance of the Linux kernel, called through the foreign function interface: tells when the other side of a TCP connection closed it.
 * {@link #watch} may be called from any thread; {@link #awaitAll} from one thread only.
 */
final class Epoll {
    /** epoll_ctl(2): the peer closed its side, the connection is dead, the socket has an error; report each change once. */
    private static final int DEPARTURES = 0x2000 | 0x10 | 0x8 | 1 << 31;

    private static final int EPOLL_CLOEXEC = 0x80000;
    private static final int EPOLL_CTL_ADD = 1;
    private static final int EINTR = 4;
    private static final int EVENTS_PER_WAIT = 256;

    /** linux/eventpoll.h: on x86-64 the structure is packed (12 bytes, data at 4), elsewhere it is not (16 bytes, data at 8). */
    private static final boolean PACKED = isX86();
    private static final long EVENT_BYTES = PACKED ? 12 : 16;
    private static final long DATA_OFFSET = PACKED ? 4 : 8;

    private final StructLayout callState = Linker.Option.captureStateLayout();
    private final VarHandle errno = callState.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private final MethodHandle control;
    private final MethodHandle wait;
    private final MethodHandle closeDescriptor;
    private final int descriptor;

    private Epoll() throws IOException {
        Linker linker = Linker.nativeLinker();
        SymbolLookup library = linker.defaultLookup();
        Linker.Option keepErrno = Linker.Option.captureCallState("errno");
        MethodHandle create = linker.downcallHandle(library.findOrThrow("epoll_create1"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT), keepErrno);
        control = linker.downcallHandle(library.findOrThrow("epoll_ctl"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.ADDRESS),
                keepErrno);
        wait = linker.downcallHandle(library.findOrThrow("epoll_wait"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT,
                        ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
                keepErrno);
        closeDescriptor = linker.downcallHandle(library.findOrThrow("close"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(callState);
            descriptor = (int) create.invokeExact(state, EPOLL_CLOEXEC);
            if (descriptor < 0) {
                throw failure("epoll_create1", state);
            }
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Opens an epoll instance.
     *
     * @throws IOException if this system has no epoll or refuses one (out of descriptors)
     */
    static Epoll open() throws IOException {
        if (!System.getProperty("os.name", "").equals("Linux")) {
            throw new IOException("epoll exists on Linux only, this is " + System.getProperty("os.name"));
        }
        try {
            return new Epoll();
        } catch (RuntimeException e) {
            throw new IOException(
                    "The C library's epoll functions cannot be called: start the JVM with --enable-native-access=ALL-UNNAMED",
                    e);
        }
    }

    /**
     * Watches a socket for the departure of its peer until the socket is closed, which takes it out by itself.
     *
     * @param socket its file descriptor
     * @param data   what {@link #awaitAll} reports; must never be used twice, because descriptors are
     */
    void watch(int socket, long data) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(callState);
            MemorySegment event = arena.allocate(EVENT_BYTES, 8);
            event.set(ValueLayout.JAVA_INT, 0, DEPARTURES);
            event.set(ValueLayout.JAVA_LONG_UNALIGNED, DATA_OFFSET, data);
            if ((int) control.invokeExact(state, descriptor, EPOLL_CTL_ADD, socket, event) != 0) {
                throw failure("epoll_ctl", state);
            }
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Reports departures to the receiver until it says stop; asks it at least every {@code timeoutMillis}. Blocks the calling thread. */
    void awaitAll(int timeoutMillis, Receiver receiver) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(callState);
            MemorySegment events = arena.allocate(EVENT_BYTES * EVENTS_PER_WAIT, 8);
            while (!receiver.stopped()) {
                int count = (int) wait.invokeExact(state, descriptor, events, EVENTS_PER_WAIT, timeoutMillis);
                if (count < 0 && (int) errno.get(state, 0L) != EINTR) {
                    throw failure("epoll_wait", state);
                }
                for (int i = 0; i < count; i++) {
                    receiver.departed(events.get(ValueLayout.JAVA_LONG_UNALIGNED, i * EVENT_BYTES + DATA_OFFSET));
                }
            }
            int ignored = (int) closeDescriptor.invokeExact(descriptor);
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private IOException failure(String call, MemorySegment state) {
        return new IOException(call + " failed with errno " + (int) errno.get(state, 0L) + " (see errno(3))");
    }

    private static boolean isX86() {
        String architecture = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        return architecture.equals("amd64") || architecture.equals("x86_64");
    }

    /** Who wants to know. */
    interface Receiver {
        /** The peer of the socket that was registered with this data has left; may be told more than once. */
        void departed(long data);

        /** Whether to end the wait. */
        boolean stopped();
    }
}
