package org.gatehouse.supervisor.models;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How a store behaves.
 *
 * @param directory its directory on the data disk
 * @param reserveBytes what imports leave free on that disk
 * @param parallelImports imports that run at once; further ones wait
 * @param parallelFiles files that one import fetches at once
 * @param stall how long a hub may send nothing before the connection is given up
 * @param attempts how often in a row a file may fail without a byte having come
 * @param firstPause the pause after the first failure; it doubles with each further one
 * @param longestPause the longest pause, also where a hub asks for a longer one
 * @param mostFiles files that a source may have
 * @param mostBytes bytes that a source may have
 */
public record ModelStoreSettings(Path directory, long reserveBytes, int parallelImports, int parallelFiles,
        Duration stall, int attempts, Duration firstPause, Duration longestPause, int mostFiles, long mostBytes) {
    private static final long GIB = 1L << 30;

    /** Checks the ranges. */
    public ModelStoreSettings {
        if (reserveBytes < 0 || parallelImports < 1 || parallelFiles < 1 || attempts < 1 || mostFiles < 1
                || mostBytes < 1) {
            throw new IllegalArgumentException("the model store's limits must be positive");
        }
        if (!stall.isPositive() || firstPause.isNegative() || longestPause.compareTo(firstPause) < 0) {
            throw new IllegalArgumentException("the model store's times must be positive and the longest the longest");
        }
    }

    /** 10 GiB in reserve, two imports of four files at once, 120 s stall, 6 attempts, pauses of 1 s to 2 min. */
    public static ModelStoreSettings in(Path directory) {
        return new ModelStoreSettings(directory, 10 * GIB, 2, 4, Duration.ofSeconds(120), 6, Duration.ofSeconds(1),
                Duration.ofMinutes(2), 10_000, 8192 * GIB);
    }

    /** These settings with another reserve. */
    public ModelStoreSettings withReserve(long bytes) {
        return new ModelStoreSettings(directory, bytes, parallelImports, parallelFiles, stall, attempts, firstPause,
                longestPause, mostFiles, mostBytes);
    }

    /** These settings with another bound on imports and on files of one import at once. */
    public ModelStoreSettings withParallel(int imports, int files) {
        return new ModelStoreSettings(directory, reserveBytes, imports, files, stall, attempts, firstPause,
                longestPause, mostFiles, mostBytes);
    }

    /** These settings with another patience. */
    public ModelStoreSettings withPatience(Duration newStall, int newAttempts, Duration first, Duration longest) {
        return new ModelStoreSettings(directory, reserveBytes, parallelImports, parallelFiles, newStall, newAttempts,
                first, longest, mostFiles, mostBytes);
    }

    /** These settings with another bound on what a source may hold. */
    public ModelStoreSettings withLargest(int files, long bytes) {
        return new ModelStoreSettings(directory, reserveBytes, parallelImports, parallelFiles, stall, attempts,
                firstPause, longestPause, files, bytes);
    }
}
