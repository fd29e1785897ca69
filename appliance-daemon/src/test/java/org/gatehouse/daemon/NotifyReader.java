package org.gatehouse.daemon;

import java.io.Closeable;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The side of systemd: a Unix datagram socket that programs tell how they do. One thread reads. */
final class NotifyReader implements Closeable {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM = 2;
    private static final short POLLIN = 1;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

    private final Path path;
    private final int descriptor;
    private final List<String> heard = new ArrayList<>();

    NotifyReader(Path path) {
        this.path = path;
        byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
        byte[] address = new byte[3 + name.length];
        address[ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 0 : 1] = AF_UNIX;
        System.arraycopy(name, 0, address, 2, name.length);
        try (Arena arena = Arena.ofConfined()) {
            descriptor = (int) call("socket", INT, INT, INT).invokeExact(AF_UNIX, SOCK_DGRAM, 0);
            int bound = (int) call("bind", INT, ValueLayout.ADDRESS, INT).invokeExact(descriptor,
                    arena.allocateFrom(ValueLayout.JAVA_BYTE, address), address.length);
            if (descriptor < 0 || bound != 0) {
                throw new IllegalStateException("no Unix datagram socket at " + path);
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    static MethodHandle call(String name, MemoryLayout... arguments) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(INT, arguments));
    }

    String address() {
        return path.toString();
    }

    /** Everything that was heard so far. */
    List<String> heard() {
        return heard;
    }

    /** The next message that holds this; fails if none comes in that time. */
    String await(String wanted, Duration longest) {
        long end = System.nanoTime() + longest.toNanos();
        while (true) {
            String message = next(Math.max(0, (end - System.nanoTime()) / 1_000_000));
            if (message.isEmpty()) {
                throw new AssertionError("never heard " + wanted + ", only " + heard);
            }
            if (message.contains(wanted)) {
                return message;
            }
        }
    }

    /** The next message; empty if none comes in that time. */
    String next(long millis) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment poll = arena.allocate(8);
            poll.set(INT, 0, descriptor);
            poll.set(ValueLayout.JAVA_SHORT, 4, POLLIN);
            int ready = (int) call("poll", ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, INT).invokeExact(poll, 1L,
                    (int) millis);
            if (ready <= 0) {
                return "";
            }
            MemorySegment text = arena.allocate(4096);
            int length = (int) call("recv", INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, INT)
                    .invokeExact(descriptor, text, 4096L, 0);
            String message = new String(text.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE),
                    StandardCharsets.UTF_8);
            heard.add(message);
            return message;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        try {
            int closed = (int) call("close", INT).invokeExact(descriptor);
            if (closed != 0) {
                throw new IllegalStateException("the socket can't be closed");
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
