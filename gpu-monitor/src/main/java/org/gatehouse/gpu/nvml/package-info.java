/**
 * GPUs as the driver's own library sees them: {@link org.gatehouse.gpu.nvml.NvmlSources} opens a source that reads libnvidia-ml. Comes
 * in: library names; goes out: snapshots and sightings. May call {@code org.gatehouse.gpu} and {@code nativelib}.
 */
@NullMarked
package org.gatehouse.gpu.nvml;

import org.jspecify.annotations.NullMarked;
