package org.gatehouse.daemon;

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
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A Unix datagram socket to one address, called through the foreign function interface because the JDK has Unix stream sockets only. For the
 * life of the process. Thread-safe.
 */
final class NotifySocket {
    private static final int AF_UNIX = 1;
    /** SOCK_DGRAM with SOCK_CLOEXEC: engines that are started must not have it. */
    private static final int DATAGRAM = 2 | 0x80000;
    /** MSG_NOSIGNAL and MSG_DONTWAIT: whoever does not read must not stop the daemon. */
    private static final int FLAGS = 0x4000 | 0x40;
    /** unix(7): sizeof(sun_path). */
    private static final int LONGEST_PATH = 108;

    private final StructLayout callState = Linker.Option.captureStateLayout();
    private final VarHandle errno = callState.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private final MethodHandle send;
    private final int descriptor;
    private final byte[] address;

    private NotifySocket(String path) throws IOException {
        this.address = address(path);
        Linker linker = Linker.nativeLinker();
        SymbolLookup library = linker.defaultLookup();
        Linker.Option keepErrno = Linker.Option.captureCallState("errno");
        MethodHandle open = linker.downcallHandle(library.findOrThrow("socket"),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT),
                keepErrno);
        send = linker.downcallHandle(library.findOrThrow("sendto"),
                FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.ADDRESS,
                        ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                keepErrno);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(callState);
            descriptor = (int) open.invokeExact(state, AF_UNIX, DATAGRAM, 0);
            if (descriptor < 0) {
                throw failure("socket", state);
            }
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * A socket to an address as {@code NOTIFY_SOCKET} names it: a path, or with an {@code @} before it a name in the abstract namespace.
     *
     * @throws IOException if there is no such thing on this system, or the address is none
     */
    static NotifySocket to(String path) throws IOException {
        try {
            return new NotifySocket(path);
        } catch (UnsupportedOperationException | IllegalCallerException e) {
            throw new IOException("this JVM calls no native functions: " + e.getMessage(), e);
        }
    }

    /** Both kinds of names as sockaddr_un has them: the family in the machine's order, then the name without a zero at its end. */
    private static byte[] address(String path) throws IOException {
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        if (name.length < 2 || name.length >= LONGEST_PATH || name[0] != '/' && name[0] != '@') {
            throw new IOException("'" + path + "' is no address of a Unix socket");
        }
        if (name[0] == '@') {
            name[0] = 0;
        }
        byte[] whole = new byte[2 + name.length];
        whole[ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 0 : 1] = AF_UNIX;
        System.arraycopy(name, 0, whole, 2, name.length);
        return whole;
    }

    /**
     * Sends a message; never waits.
     *
     * @throws IOException if nobody can take it
     */
    void send(String message) throws IOException {
        byte[] text = message.getBytes(StandardCharsets.UTF_8);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(callState);
            long sent = (long) send.invokeExact(state, descriptor, arena.allocateFrom(ValueLayout.JAVA_BYTE, text),
                    (long) text.length, FLAGS, arena.allocateFrom(ValueLayout.JAVA_BYTE, address), address.length);
            if (sent < 0) {
                throw failure("sendto", state);
            }
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private IOException failure(String call, MemorySegment state) {
        return new IOException(call + " failed with errno " + (int) errno.get(state, 0L));
    }
}
