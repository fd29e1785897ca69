package org.gatehouse.simulated;

import java.util.Set;
import java.util.TreeSet;

/** How the engine as a whole is: awake or asleep, well, hung or dead. Thread-safe; requests look at it at each token. */
final class Condition {
    /** What gives no answer any more. */
    enum Hang {
        /** Nothing hangs. */
        NONE,
        /** The engine makes no token and its counters stand still, while {@code /health} says 200 (vllm#39863). */
        ENGINE,
        /** The server accepts connections and never answers, {@code /health} included. */
        SERVER
    }

    /** What becomes of running requests when the engine falls asleep. */
    enum SleepMode {
        ABORT, WAIT, KEEP
    }

    private static final String WEIGHTS = "weights";
    private static final String KV_CACHE = "kv_cache";
    private static final String SCHEDULING = "scheduling";

    private volatile Hang hang = Hang.NONE;
    private volatile Refusal refusal;
    private volatile boolean dead;
    private volatile boolean asleep;
    private volatile boolean kept;
    private volatile int level;
    private volatile int abortions;
    private volatile double kvCacheUsage = -1;
    /** Guarded by this. */
    private final Set<String> sleepingParts = new TreeSet<>();
    private volatile boolean weightsLost;

    /** Well, but for what it refuses. */
    Condition(Refusal refusal) {
        this.refusal = refusal;
    }

    Refusal refusal() {
        return refusal;
    }

    void refusal(Refusal what) {
        refusal = what;
    }

    Hang hang() {
        return hang;
    }

    void hang(Hang what) {
        hang = what;
    }

    boolean dead() {
        return dead;
    }

    /** The engine behind the server is gone, or, for the next test, back. */
    void dead(boolean now) {
        dead = now;
    }

    /** Whether requests may begin; the others wait in silence, as vLLM's do. */
    boolean begins() {
        return !asleep && hang == Hang.NONE;
    }

    /** Whether requests that have begun stand still. */
    boolean frozen() {
        return kept || hang == Hang.ENGINE;
    }

    /** Rises when all that has begun is to be aborted. */
    int abortions() {
        return abortions;
    }

    /** The share of the KV cache that a test wants to see; negative for that of the requests. */
    double kvCacheUsage() {
        return kvCacheUsage;
    }

    void kvCacheUsage(double share) {
        kvCacheUsage = share;
    }

    /** Level 0 stops scheduling alone, 1 keeps the weights in main memory, 2 forgets them. */
    synchronized void sleep(int wanted, SleepMode mode) {
        sleepingParts.add(SCHEDULING);
        if (wanted > 0) {
            sleepingParts.add(WEIGHTS);
            sleepingParts.add(KV_CACHE);
        }
        weightsLost |= wanted == 2;
        level = Math.max(level, wanted);
        asleep = true;
        kept = mode == SleepMode.KEEP;
        if (mode == SleepMode.ABORT) {
            abortions++;
        }
    }

    /** Wakes these parts, or all when none is named. It is awake when the last one is. */
    synchronized void wake(Set<String> tags) {
        if (tags.isEmpty()) {
            sleepingParts.clear();
        } else {
            sleepingParts.removeAll(tags);
            if (sleepingParts.equals(Set.of(SCHEDULING))) {
                sleepingParts.clear();
            }
        }
        if (sleepingParts.isEmpty()) {
            level = 0;
            kept = false;
            asleep = false;
        }
    }

    boolean asleep() {
        return asleep;
    }

    int sleepLevel() {
        return level;
    }

    /** Whether the weights were forgotten and not loaded again: what is generated now would be noise. */
    boolean weightsLost() {
        return weightsLost;
    }

    void weightsReloaded() {
        weightsLost = false;
    }
}
