package org.gatehouse.gpu.energy;

/**
 * What an owner has used.
 *
 * @param gpuSeconds seconds of whole GPUs; half a GPU for two seconds is one
 * @param wattHours energy of the boards, without the rest of the machine
 */
public record GpuUse(double gpuSeconds, double wattHours) {
    /** Nothing. */
    public static final GpuUse NONE = new GpuUse(0, 0);

    /** Both together. */
    public GpuUse plus(GpuUse other) {
        return new GpuUse(gpuSeconds + other.gpuSeconds, wattHours + other.wattHours);
    }
}
