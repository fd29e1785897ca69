package org.gatehouse.usage;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Objects;

import org.gatehouse.audit.Cost;

/**
 * What a local model's energy and hardware cost. Immutable.
 *
 * @param perKilowattHour of energy; at least 0
 * @param perGpuHour of one GPU that is held: what it cost to buy and to keep, by the hours that it will last; at least 0
 * @param currency ISO 4217 code
 */
public record LocalTariff(BigDecimal perKilowattHour, BigDecimal perGpuHour, String currency) {
    private static final BigDecimal MICRO_WATT_HOURS = BigDecimal.TEN.pow(9);
    private static final BigDecimal MICROS = new BigDecimal(3_600_000_000L);

    /** Checks that nothing is null. */
    public LocalTariff {
        Objects.requireNonNull(perKilowattHour, "perKilowattHour");
        Objects.requireNonNull(perGpuHour, "perGpuHour");
        Objects.requireNonNull(currency, "currency");
    }

    /** What this much costs, to {@value Cost#MAXIMUM_SCALE} decimals, each of the two rounded half to even. */
    BigDecimal costOf(long microWattHours, long gpuMicros) {
        BigDecimal energy = perKilowattHour.multiply(BigDecimal.valueOf(microWattHours)).divide(MICRO_WATT_HOURS,
                Cost.MAXIMUM_SCALE, RoundingMode.HALF_EVEN);
        BigDecimal hardware = perGpuHour.multiply(BigDecimal.valueOf(gpuMicros)).divide(MICROS, Cost.MAXIMUM_SCALE,
                RoundingMode.HALF_EVEN);
        return energy.add(hardware);
    }
}
