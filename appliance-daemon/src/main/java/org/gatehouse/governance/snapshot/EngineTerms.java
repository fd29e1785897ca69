package org.gatehouse.governance.snapshot;

import java.time.Duration;
import java.util.Locale;
import java.util.Objects;

/**
 * How the calls of a key are treated by the engines of the box. Immutable.
 *
 * @param priority where an engine schedules by priority: {@value #FIRST} (earliest) to {@value #LAST}, 0 as usual
 * @param prefixCache with whom the key shares what engines remember of prompts
 * @param longestWait how long a call may wait for its turn, or for a model that loads or sleeps; zero: it is told at once how
 *     long to stay away
 * @param callClass who goes first where there is no room for all
 * @param weight of the key's department where departments share a model's places, 1 to {@value #HEAVIEST}
 */
public record EngineTerms(int priority, PrefixCache prefixCache, Duration longestWait, CallClass callClass,
        int weight) {
    /** The earliest priority. */
    public static final int FIRST = -10;
    /** The latest priority. */
    public static final int LAST = 10;
    /** The greatest weight. */
    public static final int HEAVIEST = 100;
    /** When no policy says anything. */
    public static final EngineTerms DEFAULT = new EngineTerms(0, PrefixCache.DEPARTMENT,
            Duration.ofMinutes(1));

    /** Who shares remembered prompts: whoever does can tell by the time of an answer whether a prompt was sent before. */
    public enum PrefixCache {
        /** The department's keys share. */
        DEPARTMENT,
        /** The key is alone. */
        KEY,
        /** All that say so share, across departments: fastest for prompts that everybody sends. */
        BOX;

        /** The name in the API, lower case. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Who goes first where there is no room for all. */
    public enum CallClass {
        /** Somebody waits for the answer. */
        INTERACTIVE,
        /** Nobody does: interactive calls go first. */
        BATCH;

        /** The name in the API, lower case. */
        public String id() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Of interactive calls of a department that weighs as much as others. */
    public EngineTerms(int priority, PrefixCache prefixCache, Duration longestWait) {
        this(priority, prefixCache, longestWait, CallClass.INTERACTIVE, 1);
    }

    /** Checks the ranges. */
    public EngineTerms {
        Objects.requireNonNull(prefixCache, "prefixCache");
        Objects.requireNonNull(callClass, "callClass");
        if (weight < 1 || weight > HEAVIEST) {
            throw new IllegalArgumentException("a department's weight is 1 to " + HEAVIEST);
        }
        if (priority < FIRST || priority > LAST || longestWait.isNegative()) {
            throw new IllegalArgumentException("an engine priority is -10 to 10 and no wait is negative");
        }
    }
}
