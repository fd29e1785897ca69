package org.gatehouse.supervisor.planning;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * One GPU, or one MIG instance of one, as a place for a model. Immutable. A GPU in MIG mode is listed by its instances only.
 *
 * @param id the vendor's stable identity, {@code GPU-…} or {@code MIG-…}; unique
 * @param node the box that it is in
 * @param index the box's number for it, from 0, in the order of PCI addresses; of the parent for a MIG instance
 * @param name the product name
 * @param totalBytes its memory, at least 1 and at most 2^50
 * @param usedBytes memory in use by anybody now, as the driver says
 * @param reservedBytes memory promised to engines of ours, whether they have taken it yet or not
 * @param foreignBytes memory of processes that are not ours: planned around, never touched
 * @param computeCapability ten times the compute capability, such as 90 for 9.0; 0 if unknown
 * @param nvlinkIsland GPUs of one box with the same number reach each other over NVLink; {@link #NONE} without NVLink
 * @param numaNode the CPU side that it hangs on; {@link #NONE} if unknown
 * @param mig what it is a part of; {@code null} for a whole GPU
 */
public record GpuCapacity(String id, String node, int index, String name, long totalBytes, long usedBytes,
        long reservedBytes, long foreignBytes, int computeCapability, int nvlinkIsland, int numaNode,
        @Nullable MigParent mig) {
    /** No NVLink, or an unknown NUMA node. */
    public static final int NONE = -1;
    private static final long MOST_BYTES = 1L << 50;

    /**
     * The whole GPU that a MIG instance is a part of. Immutable.
     *
     * @param id its identity
     * @param totalBytes its memory: engines that measure their share take this for the whole (vllm#41776)
     */
    public record MigParent(String id, long totalBytes) {
        /** Checks the range. */
        public MigParent {
            Objects.requireNonNull(id, "id");
            inRange("totalBytes of a MIG parent", totalBytes, 1);
        }
    }

    /** Checks the ranges. */
    public GpuCapacity {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(node, "node");
        Objects.requireNonNull(name, "name");
        inRange("totalBytes", totalBytes, 1);
        inRange("usedBytes", usedBytes, 0);
        inRange("reservedBytes", reservedBytes, 0);
        inRange("foreignBytes", foreignBytes, 0);
        if (index < 0 || computeCapability < 0 || nvlinkIsland < NONE || numaNode < NONE) {
            throw new IllegalArgumentException("index, computeCapability, nvlinkIsland or numaNode out of range");
        }
    }

    private static void inRange(String what, long bytes, long least) {
        if (bytes < least || bytes > MOST_BYTES) {
            throw new IllegalArgumentException(what + " must be " + least + " to " + MOST_BYTES + ", not " + bytes);
        }
    }

    /** A whole, empty GPU without NVLink. */
    public static GpuCapacity whole(String id, String node, int index, String name, long totalBytes,
            int computeCapability) {
        return new GpuCapacity(id, node, index, name, totalBytes, 0, 0, 0, computeCapability, NONE, NONE, null);
    }

    /** The same with this memory taken. */
    public GpuCapacity taken(long used, long reserved, long foreign) {
        return new GpuCapacity(id, node, index, name, totalBytes, used, reserved, foreign, computeCapability,
                nvlinkIsland, numaNode, mig);
    }

    /** The same at this place in the box. */
    public GpuCapacity at(int island, int numa) {
        return new GpuCapacity(id, node, index, name, totalBytes, usedBytes, reservedBytes, foreignBytes,
                computeCapability, island, numa, mig);
    }

    /** Whether it is a part of a GPU. */
    public boolean isMig() {
        return mig != null;
    }

    /** Memory that nobody uses and nobody was promised. What the driver counts and what was promised overlap. */
    public long freeBytes() {
        return Math.max(0, totalBytes - Math.max(usedBytes, reservedBytes + foreignBytes));
    }

    /** How people call it: its number and its box. */
    public String title() {
        return (isMig() ? "MIG instance " + id + " of GPU " : "GPU ") + index + " (" + node + ")";
    }
}
