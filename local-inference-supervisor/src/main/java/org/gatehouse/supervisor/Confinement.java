package org.gatehouse.supervisor;

import java.nio.file.Path;
import java.util.List;

/**
 * What an engine may touch, where the box's service manager can hold it to that; a process group alone confines nothing. Immutable.
 *
 * @param strict whether the rest of this holds; if not, the engine may do what the daemon's user may
 * @param gpus minor numbers of the GPUs it may open, as in {@code /dev/nvidia<n>}
 * @param mig whether it uses instances of a divided GPU, which have devices of their own
 * @param writable directories that it may write to, beside its private {@code /tmp}: caches, the directory of its socket
 * @param memoryBytes most main memory, 0 for no bound
 */
public record Confinement(boolean strict, List<Integer> gpus, boolean mig, List<Path> writable, long memoryBytes) {
    /** None. */
    public static final Confinement NONE = new Confinement(false, List.of(), false, List.of(), 0);

    /** Copies the lists and checks the ranges. */
    public Confinement {
        gpus = List.copyOf(gpus);
        writable = writable.stream().map(path -> path.toAbsolutePath().normalize()).toList();
        if (gpus.stream().anyMatch(gpu -> gpu < 0 || gpu > 255) || memoryBytes < 0) {
            throw new IllegalArgumentException("gpus are 0 to 255 and memoryBytes is 0 or more");
        }
    }

    /** Strict, for these GPUs and these directories. */
    public static Confinement to(List<Integer> gpus, List<Path> writable) {
        return new Confinement(true, gpus, false, writable, 0);
    }
}
