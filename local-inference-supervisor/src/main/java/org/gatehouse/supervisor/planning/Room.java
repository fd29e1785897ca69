package org.gatehouse.supervisor.planning;

/**
 * How much of a GPU one replica may take. Immutable.
 *
 * @param gpu the GPU
 * @param permille the same as a share of what the engine takes for the whole GPU, in thousandths, rounded down
 * @param bytes what the engine makes of that share; never more than is free
 */
record Room(GpuCapacity gpu, int permille, long bytes) {
    /** vLLM's own default since 0.20. */
    static final int USUAL_PERMILLE = 920;
    /** All engines and strangers of a GPU together: some of the memory belongs to the driver. */
    static final int MOST_PERMILLE = 950;

    /** Whether processes that are not ours hold memory there. */
    boolean hasStrangers() {
        return gpu.foreignBytes() > 0;
    }

    static Room of(GpuCapacity gpu, Wish wish) {
        long total = gpu.totalBytes();
        int share = (int) Math.round(wish.gpus().utilisation() * 1000);
        if (share == 0) {
            int most = wish.engine().takesPool() ? USUAL_PERMILLE : MOST_PERMILLE;
            int free = (int) (gpu.freeBytes() * 1000 / total);
            long others = Math.ceilDiv((gpu.reservedBytes() + gpu.foreignBytes()) * 1000, total);
            share = (int) Math.max(0, Math.min(Math.min(most, free), MOST_PERMILLE - others));
        }
        long bytes = bytes(total, share);
        if (bytes > gpu.freeBytes()) {
            return new Room(gpu, 0, 0);
        }
        GpuCapacity.MigParent parent = gpu.mig();
        if (parent == null) {
            return new Room(gpu, share, bytes);
        }
        int ofParent = (int) Math.min(1000, bytes * 1000 / parent.totalBytes());
        return new Room(gpu, ofParent, Math.min(bytes, bytes(parent.totalBytes(), ofParent)));
    }

    /** vLLM rounds up. */
    private static long bytes(long total, int permille) {
        return Math.ceilDiv(total * permille, 1000L);
    }
}
