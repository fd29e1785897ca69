package org.gatehouse.supervisor;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What an engine may touch, where the box's service manager can hold it to that; a process group alone confines nothing. Immutable.
 *
 * @param strict whether the rest of this holds; if not, the engine may do what the daemon's user may
 * @param devices device files of GPUs that it may open, such as {@code /dev/nvidia3}, or kinds of them, such as {@code char-nvidia}; the
 *        driver's common ones come with any
 * @param writable directories that it may write to, beside its private {@code /tmp}: caches, the directory of its socket
 * @param memoryBytes most main memory, 0 for no bound
 */
public record Confinement(boolean strict, List<String> devices, List<Path> writable, long memoryBytes) {
    private static final Pattern DEVICE = Pattern.compile("/dev/[a-z0-9/-]{1,60}|char-[a-z0-9-]{1,40}");
    /** None. */
    public static final Confinement NONE = new Confinement(false, List.of(), List.of(), 0);

    /** Copies the lists and checks the ranges. */
    public Confinement {
        devices = List.copyOf(devices);
        writable = writable.stream().map(path -> path.toAbsolutePath().normalize()).toList();
        if (!devices.stream().allMatch(device -> DEVICE.matcher(device).matches()) || memoryBytes < 0) {
            throw new IllegalArgumentException("devices are files below /dev or kinds, and memoryBytes is 0 or more");
        }
    }

    /** Strict, for these devices and these directories. */
    public static Confinement to(List<String> devices, List<Path> writable) {
        return new Confinement(true, devices, writable, 0);
    }
}
