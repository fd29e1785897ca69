package org.gatehouse.simulated;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * Remembers which leading runs of 16 tokens were seen, as an engine's prefix cache does. Of bounded size: a newer run
 * overwrites an older one in its slot. Thread-safe, lock-free.
 */
final class PrefixCache {
    private static final int SLOTS = 1 << 16;

    private final AtomicLongArray slots = new AtomicLongArray(SLOTS);
    private final LongAdder queries = new LongAdder();
    private final LongAdder hits = new LongAdder();

    /** How many of the prompt's first tokens were known, a multiple of 16; from now on all of them are. */
    int cachedTokens(PromptTokens prompt, long salt) {
        int known = 0;
        boolean unbroken = true;
        for (int i = 0; i < prompt.blockCount(); i++) {
            long hash = prompt.blockHash(i) ^ salt;
            int slot = (int) (hash ^ hash >>> 32) & SLOTS - 1;
            unbroken &= slots.get(slot) == hash;
            if (unbroken) {
                known++;
            } else {
                slots.lazySet(slot, hash);
            }
        }
        // The last token is always computed anew, for the reply begins from it.
        int cached = Math.min(known, (prompt.count() - 1) / PromptTokens.BLOCK) * PromptTokens.BLOCK;
        queries.add(prompt.count());
        hits.add(cached);
        return cached;
    }

    /** Forgets what was seen; the counts stay. */
    void clear() {
        for (int i = 0; i < SLOTS; i++) {
            slots.lazySet(i, 0);
        }
    }

    long queries() {
        return queries.sum();
    }

    long hits() {
        return hits.sum();
    }
}
