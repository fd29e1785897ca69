package org.gatehouse.supervisor.engines;

import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text in an engine's log that says how much something takes. Immutable.
 *
 * @param pattern what the line contains; its groups are amounts that add up
 * @param part what it takes that for
 * @param unit bytes (or tokens) of one in the log
 */
public record MemoryMarker(Pattern pattern, Part part, long unit) {
    static final long GIB = 1L << 30;
    static final long MIB = 1L << 20;
    private static final double MOST = 1e15;

    /** What for. */
    public enum Part {
        /** Weights; of several GPUs the one with the most counts. */
        WEIGHTS,
        /** The KV cache, in bytes; of several GPUs the one with the least counts. */
        KV_CACHE,
        /** The KV cache, in tokens. */
        KV_TOKENS,
        /** CUDA graphs. */
        GRAPHS,
        /** Buffers for computing. */
        COMPUTE
    }

    static MemoryMarker of(Part part, long unit, String regex) {
        return new MemoryMarker(Pattern.compile(regex), part, unit);
    }

    /** The amount in this line, if it is this marker's. */
    OptionalLong in(String line) {
        Matcher matcher = pattern.matcher(line);
        if (!matcher.find()) {
            return OptionalLong.empty();
        }
        double sum = 0;
        for (int group = 1; group <= matcher.groupCount(); group++) {
            String number = matcher.group(group).replace(",", "");
            sum += number.length() > 15 ? MOST : Double.parseDouble(number);
        }
        return sum * unit < MOST ? OptionalLong.of(Math.round(sum * unit)) : OptionalLong.empty();
    }
}
