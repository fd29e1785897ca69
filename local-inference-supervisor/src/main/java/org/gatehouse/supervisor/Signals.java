package org.gatehouse.supervisor;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Sends POSIX signals through the C library, because Java's own {@link ProcessHandle} knows no process groups, and a {@code kill}
 * program could not be started when the box is out of processes or memory, which is when it is needed. Thread-safe.
 */
final class Signals {
    /** The two that end an engine; their numbers are the same on Linux and macOS. */
    enum Signal {
        TERM(15), KILL(9);

        private final int number;

        Signal(int number) {
            this.number = number;
        }
    }

    /** Linked at first use: that takes a tenth of a second, which a daemon's start need not wait for. */
    private static final class CLibrary {
        static final MethodHandle KILL = link();

        private static MethodHandle link() {
            Linker linker = Linker.nativeLinker();
            return linker.downcallHandle(linker.defaultLookup().findOrThrow("kill"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        }
    }

    /** Links now, so that the first signal is not delayed and needs no memory. Returns whether that worked. */
    boolean prepare() {
        return CLibrary.KILL.type().parameterCount() == 2;
    }

    /** Signals one process. Returns whether the kernel took it: not if it is gone or belongs to somebody else. */
    boolean toProcess(long pid, Signal signal) {
        return send(checked(pid), signal);
    }

    /** Signals every process of a group. Returns whether the kernel took it for at least one. */
    boolean toGroup(long group, Signal signal) {
        return send(-checked(group), signal);
    }

    /** kill(2) gives 0, -1 and 1 wide meanings (own group, everything, init); none of them is ever an engine. */
    private static int checked(long id) {
        if (id <= 1 || id > Integer.MAX_VALUE || id == ProcessHandle.current().pid()) {
            throw new IllegalArgumentException("refusing to signal process or group " + id);
        }
        return (int) id;
    }

    private boolean send(int target, Signal signal) {
        try {
            return (int) CLibrary.KILL.invokeExact(target, signal.number) == 0;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("kill(2) throws nothing of its own", e);
        }
    }
}
