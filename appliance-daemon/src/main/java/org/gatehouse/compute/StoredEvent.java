package org.gatehouse.compute;

import java.time.Instant;

import org.gatehouse.gpu.GpuAction;
import org.gatehouse.gpu.Severity;

/**
 * What happened to a GPU, as the store keeps it. Immutable.
 *
 * @param node the machine
 * @param gpuUuid the GPU
 * @param gpuIndex its index when it was last seen
 * @param symptom a short name of what happened, such as {@code xid-79}
 * @param severity how bad it is
 * @param action what is to be done, for programs
 * @param text what happened, for people
 * @param advice what is to be done, for people
 * @param firstSeen the first time
 * @param lastSeen the last time
 * @param times how often it was seen, or began
 * @param active whether it lasts
 */
public record StoredEvent(String node, String gpuUuid, int gpuIndex, String symptom, Severity severity,
        GpuAction action, String text, String advice, Instant firstSeen, Instant lastSeen, long times,
        boolean active) {}
