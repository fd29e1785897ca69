package org.gatehouse.supervisor.planning;

import java.util.ArrayList;
import java.util.List;

/**
 * How much an engine computes in one step. Immutable.
 *
 * @param tokens most tokens of a step
 * @param sequences most sequences of a step
 */
public record Batch(int tokens, int sequences) {
    private static final long GIB = 1L << 30;
    /** What {@code llama-server} and {@code transformers serve} do side by side unless told otherwise. */
    private static final int FEW = 4;

    /** A size with the GPU memory from which on vLLM's server takes it by itself. */
    record Choice(Batch batch, long leastGpuBytes) {}

    /** From the fastest to the one that takes the least memory. */
    static List<Choice> choices(Wish wish) {
        if (!wish.engine().takesPool()) {
            return List.of(new Choice(new Batch(512, wish.maxSequences() == 0 ? FEW : wish.maxSequences()), 0));
        }
        List<Choice> choices = new ArrayList<>();
        choices.add(new Choice(bounded(16_384, 1024, wish), 160 * GIB));
        choices.add(new Choice(bounded(8192, 1024, wish), 70 * GIB));
        choices.add(new Choice(bounded(2048, 256, wish), 0));
        return choices;
    }

    /** vLLM refuses a step of fewer tokens than sequences. */
    private static Batch bounded(int tokens, int sequences, Wish wish) {
        int most = wish.maxSequences() == 0 ? sequences : wish.maxSequences();
        return new Batch(Math.max(tokens, most), most);
    }
}
