package org.gatehouse.supervisor.planning;

import java.util.Arrays;

/** How many layers each pipeline stage gets. */
final class Stages {
    private Stages() {}

    /**
     * Layers by stage, as vLLM divides them: equal parts; what is left over goes one each to the stages before the last, which
     * has the output projection to carry.
     */
    static int[] sizes(int layers, int stages) {
        int[] sizes = new int[stages];
        Arrays.fill(sizes, layers / stages);
        for (int left = layers % stages; left > 0; left--) {
            sizes[stages - 1 - left]++;
        }
        return sizes;
    }
}
