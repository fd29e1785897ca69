package org.gatehouse.gpu;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Assumptions;

import org.gatehouse.gpu.nativelib.SharedLibrary;

/**
 * A C library that plays NVML or DCGM, compiled from {@code src/test/c} into a folder of the test, so that each test has one of its own,
 * with a script of values that the test changes while it runs.
 */
public final class FakeLibrary {
    private static final Path SOURCES = Path.of("src/test/c");

    private final Path library;
    private final Path script;
    private final Map<String, String> values = new TreeMap<>();
    private long changes;

    private FakeLibrary(Path library, Path script) {
        this.library = library;
        this.script = script;
    }

    /** Plays {@code libnvidia-ml.so.1} of a current driver. */
    public static FakeLibrary nvml(Path folder) {
        return compiled(folder, "nvml.c", "libnvidia-ml.so.1", List.of());
    }

    /** Plays {@code libnvidia-ml.so.1} of a driver that lacks the newer names. */
    public static FakeLibrary oldNvml(Path folder) {
        return compiled(folder, "nvml.c", "libnvidia-ml.so.1", List.of("-DOLD_DRIVER"));
    }

    /** Plays {@code libdcgm.so.4}. */
    public static FakeLibrary dcgm(Path folder) {
        return compiled(folder, "dcgm.c", "libdcgm.so.4", List.of());
    }

    /** No library at all: what a test holds before it has made one. */
    public static FakeLibrary none() {
        return new FakeLibrary(Path.of("/nowhere/none.so"), Path.of("/nowhere/none.script"));
    }

    /** The library's file. */
    public String path() {
        return library.toString();
    }

    /** Sets values by key; see the head of each C file for the keys. */
    public FakeLibrary set(Object... keysAndValues) {
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put(keysAndValues[i].toString(), keysAndValues[i + 1].toString());
        }
        return write();
    }

    /** Takes values away. */
    public FakeLibrary remove(String... keys) {
        for (String key : keys) {
            values.remove(key);
        }
        return write();
    }

    /** Sets a value of one GPU. */
    public FakeLibrary gpu(int index, Object... keysAndValues) {
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put("gpu" + index + "." + keysAndValues[i], keysAndValues[i + 1].toString());
        }
        return write();
    }

    private FakeLibrary write() {
        if (!Files.exists(library)) {
            return this;
        }
        StringBuilder text = new StringBuilder();
        values.forEach((key, value) -> text.append(key).append('=').append(value).append('\n'));
        try {
            Path fresh = script.resolveSibling(script.getFileName() + ".new");
            Files.writeString(fresh, text);
            // Two changes within the grain of the file system's clock would look like one.
            Files.setLastModifiedTime(fresh, FileTime.from(1_700_000_000_000L + ++changes, TimeUnit.MILLISECONDS));
            Files.move(fresh, script, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        return this;
    }

    private static FakeLibrary compiled(Path folder, String source, String name, List<String> options) {
        try {
            Path library = Files.createDirectories(folder.resolve("fake-" + source.replace(".c", ""))).resolve(name);
            List<String> command = new ArrayList<>(List.of("gcc", "-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra",
                    "-Wno-format-truncation", "-O1", "-shared", "-fPIC", "-Wl,-Bsymbolic"));
            command.addAll(options);
            command.addAll(List.of("-o", library.toString(), SOURCES.resolve(source).toString(), "-lpthread"));
            int outcome = run(command);
            if (outcome != 0) {
                throw new IllegalStateException("gcc failed with " + outcome + " on " + source);
            }
            Path script = folder.resolve(source.toLowerCase(Locale.ROOT) + ".script");
            FakeLibrary fake = new FakeLibrary(library, script).write();
            // Loaded as the code under test does it: what is set in it now must still be there then.
            switch (SharedLibrary.load(List.of(library.toString()))) {
                case SharedLibrary.Loading.Loaded(SharedLibrary loaded) ->
                    loaded.call("script_use", -1, SharedLibrary.text(script.toString()));
                case SharedLibrary.Loading.Absent(String reason) -> throw new IllegalStateException(reason);
            }
            return fake;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static int run(List<String> command) throws IOException {
        try {
            Process compiler = new ProcessBuilder(command).inheritIO().start();
            return compiler.waitFor();
        } catch (IOException absent) {
            System.out.println("SKIPPED: there is no gcc, so no library can be made that plays NVML or DCGM.");
            Assumptions.abort("there is no gcc");
            throw absent;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }
}
