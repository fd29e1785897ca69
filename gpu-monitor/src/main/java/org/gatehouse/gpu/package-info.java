/**
 * What GPUs are and how they do, as values: {@link org.gatehouse.gpu.GpuSnapshot}, {@link org.gatehouse.gpu.GpuEvent}, and the
 * {@link org.gatehouse.gpu.GpuSource} interface that makes them. Comes in: nothing of ours; goes out: immutable values. The rooms
 * below ({@code dcgm}, {@code nvml}, {@code exporter}, {@code monitor}) call this one, never the other way.
 */
@NullMarked
package org.gatehouse.gpu;

import org.jspecify.annotations.NullMarked;
