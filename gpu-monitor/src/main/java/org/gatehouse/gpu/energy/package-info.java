/**
 * Who used the GPUs, and how much energy that took: {@link org.gatehouse.gpu.energy.EnergyMeter} splits what each GPU did among owners
 * that the caller names. Comes in: snapshots; goes out: GPU-seconds and watt-hours by owner. May call {@code org.gatehouse.gpu} only.
 */
@NullMarked
package org.gatehouse.gpu.energy;

import org.jspecify.annotations.NullMarked;
