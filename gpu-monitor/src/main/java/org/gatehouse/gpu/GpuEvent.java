package org.gatehouse.gpu;

import java.time.Instant;
import java.util.Objects;

/**
 * A symptom of one GPU, with how often and when it was seen. Immutable; seeing it again makes a new value with the same key.
 *
 * @param node the machine
 * @param gpuUuid the GPU
 * @param gpuIndex its index when it was last seen
 * @param symptom what happened
 * @param firstSeen the first time
 * @param lastSeen the last time
 * @param count how many times it was seen; for symptoms that last, how many times it began
 * @param active whether it lasts: a slowdown that goes on, a GPU that is still away. Always false for what has no length, such as an XID
 */
public record GpuEvent(String node, String gpuUuid, int gpuIndex, GpuSymptom symptom, Instant firstSeen,
        Instant lastSeen,
        long count, boolean active) {

    /** Checks that nothing is null. */
    public GpuEvent {
        Objects.requireNonNull(node, "node");
        Objects.requireNonNull(gpuUuid, "gpuUuid");
        Objects.requireNonNull(symptom, "symptom");
        Objects.requireNonNull(firstSeen, "firstSeen");
        Objects.requireNonNull(lastSeen, "lastSeen");
    }

    /** Names the event across nodes. */
    public String key() {
        return node + "/" + gpuUuid + "/" + symptom.key();
    }

    /** One line for a log or a page. */
    public String message() {
        return symptom.text() + " (GPU " + gpuIndex + " of " + node + ", " + gpuUuid
                + (count > 1 ? ", " + count + " times" : "")
                + "). " + symptom.advice();
    }
}
