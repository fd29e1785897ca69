package org.gatehouse.gpu;

import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;

/**
 * One GPU as it was at one moment. A value that the source could not read is absent, never zero.
 *
 * @param index the driver's index, from 0
 * @param uuid the vendor's stable identity, such as {@code GPU-5c4f…}
 * @param name the product name
 * @param memoryTotalBytes device memory, in bytes
 * @param memoryUsedBytes device memory in use by anybody, in bytes; {@code null} when unreadable
 * @param utilisation share of the last sample period in which a kernel ran, 0 to 1; {@code null} when unreadable
 * @param temperatureCelsius core temperature; {@code null} when unreadable
 * @param powerWatts board power draw; {@code null} when unreadable
 */
public record Gpu(int index, String uuid, String name, long memoryTotalBytes, @Nullable Long memoryUsedBytes,
        @Nullable Double utilisation, @Nullable Integer temperatureCelsius, @Nullable Double powerWatts) {

    /** Checks the identity and the ranges. */
    public Gpu {
        Objects.requireNonNull(uuid, "uuid");
        Objects.requireNonNull(name, "name");
        if (index < 0 || memoryTotalBytes < 0) {
            throw new IllegalArgumentException("index and memoryTotalBytes must not be negative");
        }
    }

    /** Device memory in use, in bytes, when the source could read it. */
    public OptionalLong memoryUsed() {
        return memoryUsedBytes == null ? OptionalLong.empty() : OptionalLong.of(memoryUsedBytes);
    }

    /** Busy share of the last sample period, 0 to 1, when the source could read it. */
    public OptionalDouble busy() {
        return utilisation == null ? OptionalDouble.empty() : OptionalDouble.of(utilisation);
    }

    /** Core temperature in degrees Celsius, when the source could read it. */
    public OptionalInt temperature() {
        return temperatureCelsius == null ? OptionalInt.empty() : OptionalInt.of(temperatureCelsius);
    }

    /** Board power in watts, when the source could read it. */
    public OptionalDouble power() {
        return powerWatts == null ? OptionalDouble.empty() : OptionalDouble.of(powerWatts);
    }
}
