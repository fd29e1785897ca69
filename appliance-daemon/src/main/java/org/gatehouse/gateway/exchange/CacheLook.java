package org.gatehouse.gateway.exchange;

import java.time.Duration;

/** What looking for a kept answer gave. Immutable. */
public sealed interface CacheLook {
    /** Nobody looked: the route or the key does not want it, or the question has no lasting answer. */
    CacheLook OFF = new Off();

    /** What the client is told in {@code x-gatehouse-cache}. */
    String told();

    /** How many bytes of the streamed answer to hold on to, so that it can be kept. */
    default int captureBytes() {
        return 0;
    }

    /** Nobody looked. */
    record Off() implements CacheLook {
        @Override
        public String told() {
            return "off";
        }
    }

    /**
     * There was none; the answer is to be kept.
     *
     * @param question by what it is to be found again
     * @param largestBytes what it may take
     * @param captureBytes see {@link CacheLook#captureBytes}
     */
    record Miss(Object question, int largestBytes, int captureBytes) implements CacheLook {
        @Override
        public String told() {
            return "miss";
        }
    }

    /**
     * There is one.
     *
     * @param age since it was made
     */
    record Hit(KeptAnswer answer, Duration age) implements CacheLook {
        @Override
        public String told() {
            return "hit-exact";
        }
    }
}
