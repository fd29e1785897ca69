package org.gatehouse.gpu;

import java.time.Instant;

/**
 * A symptom that a source itself reports, beside the readings: an XID with its time, an incident of a health watch.
 *
 * @param gpuUuid the GPU
 * @param symptom what was seen
 * @param at when it happened
 * @param standing whether the source reports it again each time while it lasts; its absence then ends it
 */
public record Sighting(String gpuUuid, GpuSymptom symptom, Instant at, boolean standing) {}
