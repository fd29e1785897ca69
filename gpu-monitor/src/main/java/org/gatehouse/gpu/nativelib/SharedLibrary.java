package org.gatehouse.gpu.nativelib;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import com.sun.jna.Function;
import com.sun.jna.Library;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * A C library whose functions are looked up one by one, so that one of another version lacks features instead of failing as a whole.
 * Thread-safe as far as the library is. It is never unloaded: its own threads may still run.
 *
 * <p>A fault inside the library (not an error code: a segmentation fault) ends this process, and nothing in Java can catch that. The
 * connection to a host engine in another process is preferred for this reason: what is left in here then is its thin client library.
 */
public final class SharedLibrary {
    /**
     * RTLD_LAZY and RTLD_NODELETE, without RTLD_GLOBAL. JNA's default is RTLD_GLOBAL, with which libdcgm.so.3 and libdcgm.so.4 in one
     * process would call into each other: they export the same names. And JNA unloads a library whose object was collected, while
     * threads of libdcgm or of the driver may still run in it.
     */
    private static final int LAZY_LOCAL_AND_KEPT = 0x1 | 0x1000;

    private final String name;
    private final NativeLibrary library;
    private final Map<String, Optional<Function>> functions = new ConcurrentHashMap<>();

    private SharedLibrary(String name, NativeLibrary library) {
        this.name = name;
        this.library = library;
    }

    /** The outcome of loading. */
    public sealed interface Loading {
        /** It is there. */
        record Loaded(SharedLibrary library) implements Loading {}

        /** It is not there; {@code reason} names what was tried. */
        record Absent(String reason) implements Loading {}
    }

    /** Loads the first library that is there: file names that the dynamic linker looks for, or absolute paths. */
    public static Loading load(List<String> names) {
        StringBuilder reasons = new StringBuilder();
        for (String name : names) {
            try {
                return new Loading.Loaded(new SharedLibrary(name,
                        NativeLibrary.getInstance(name, Map.of(Library.OPTION_OPEN_FLAGS, LAZY_LOCAL_AND_KEPT))));
            } catch (UnsatisfiedLinkError missing) {
                reasons.append(reasons.isEmpty() ? "" : "; ").append(linkersWords(name, missing));
            } catch (NoClassDefFoundError broken) {
                // JNA unpacks a small library of its own; a read-only or noexec temporary directory stops it.
                return new Loading.Absent("Native libraries cannot be called on this machine (" + broken.getMessage()
                        + "); point -Djna.tmpdir at a directory from which programs may run");
            }
        }
        return new Loading.Absent("No library could be loaded (" + reasons + ")");
    }

    /** The name under which it was found. */
    public String name() {
        return name;
    }

    /** Whether it exports this function. */
    public boolean has(String function) {
        return find(function).isPresent();
    }

    /**
     * Calls a function that returns an int.
     *
     * @param whenMissing what to answer if the library does not export it
     * @param arguments Integer for 32 bits, Long for 64, Double, Short, {@code byte[]} with a closing zero for text, Pointer or Memory, a
     *     Callback; {@code null} is written as {@code com.sun.jna.Pointer.NULL}
     */
    public int call(String function, int whenMissing, Object... arguments) {
        Optional<Function> found = find(function);
        return found.isPresent() ? found.get().invokeInt(arguments) : whenMissing;
    }

    /** Calls a function that returns a pointer; a null pointer if the library does not export it. */
    public @Nullable Pointer callForPointer(String function, Object... arguments) {
        Optional<Function> found = find(function);
        return found.isPresent() ? found.get().invokePointer(arguments) : Pointer.NULL;
    }

    /** Text as C wants it. */
    public static byte[] text(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        return Arrays.copyOf(bytes, bytes.length + 1);
    }

    /** JNA's first line says that it failed, the second what the dynamic linker said of it. */
    private static String linkersWords(String name, UnsatisfiedLinkError missing) {
        List<String> lines = Objects.requireNonNullElse(missing.getMessage(), "").lines().toList();
        String words = lines.size() > 1 ? lines.get(1) : String.join(" ", lines);
        return words.contains(name) ? words : name + ": " + words;
    }

    private Optional<Function> find(String function) {
        return functions.computeIfAbsent(function, wanted -> {
            try {
                return Optional.of(library.getFunction(wanted));
            } catch (UnsatisfiedLinkError missing) {
                return Optional.empty();
            }
        });
    }
}
