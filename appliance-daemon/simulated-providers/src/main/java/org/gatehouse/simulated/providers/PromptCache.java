package org.gatehouse.simulated.providers;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The prompts that a provider remembers for those who mark what to remember. Bounded; thread-safe. */
final class PromptCache {
    private static final int MOST = 10_000;

    private final Map<Long, Boolean> seen = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
            return size() > MOST;
        }
    };

    /**
     * Tokens read from the cache and written to it.
     *
     * @param writtenForAnHour those of {@code written} that are kept longer
     */
    record Use(int read, int written, int writtenForAnHour) {
        static final Use NONE = new Use(0, 0, 0);
    }

    /** Looks a prompt's breakpoints up, and remembers them. */
    synchronized Use use(List<Prompt.Breakpoint> breakpoints) {
        int read = 0;
        int end = 0;
        int hour = 0;
        for (Prompt.Breakpoint breakpoint : breakpoints) {
            if (seen.put(breakpoint.hash(), Boolean.TRUE) != null) {
                read = Math.max(read, breakpoint.tokens());
            } else {
                hour += breakpoint.hour() ? breakpoint.tokens() - Math.max(read, end) : 0;
            }
            end = Math.max(end, breakpoint.tokens());
        }
        return new Use(read, end - read, Math.min(hour, end - read));
    }
}
