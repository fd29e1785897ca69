package org.gatehouse.usage;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.usage.UsageReport.Bound;

/**
 * A stretch of time that whole buckets of one grain cover. A question over any two moments is answered from days where
 * whole days lie between them, from hours and minutes at its edges: each call once, from the fewest rows, and from
 * rows that are kept longest.
 *
 * @param from its first second since the epoch
 * @param to the first second behind it
 * @param bound what of the question makes this grain needed
 */
record Span(Grain grain, long from, long to, Bound bound) {

    /** Covers a question; the times are widened to whole buckets, or to whole minutes where time is not cut. */
    static List<Span> of(Instant from, Instant to, @Nullable Grain bucket) {
        Grain finest = bucket == null ? Grain.MINUTE : bucket;
        long first = finest.bucketOf(from);
        long behind = finest.bucketFrom(to.getNano() > 0 ? to.getEpochSecond() + 1 : to.getEpochSecond());
        List<Span> spans = new ArrayList<>();
        if (bucket == null) {
            cover(Grain.DAY, first, behind, Bound.FROM, spans);
        } else {
            spans.add(new Span(bucket, first, behind, Bound.BUCKET));
        }
        return spans;
    }

    private static void cover(Grain grain, long from, long to, Bound bound, List<Span> spans) {
        long first = grain.bucketFrom(from);
        long behind = grain.bucketOf(to);
        if (first >= behind) {
            if (grain != Grain.MINUTE && from < to) {
                // No whole bucket fits in; the end that is not on a bucket's edge is the one that asks for finer ones.
                cover(finer(grain), from, to, grain.bucketOf(from) == from ? Bound.TO : bound, spans);
            }
            return;
        }
        spans.add(new Span(grain, first, behind, bound));
        if (grain != Grain.MINUTE) {
            cover(finer(grain), from, first, bound, spans);
            cover(finer(grain), behind, to, Bound.TO, spans);
        }
    }

    private static Grain finer(Grain grain) {
        return grain == Grain.DAY ? Grain.HOUR : Grain.MINUTE;
    }

    /** Whether its rows are all there. */
    boolean isKept(Instant now) {
        return from >= grain.keptSince(now);
    }

    /** The finest grain of which rows are all there from its beginning on. */
    Grain finestKept(Instant now) {
        for (Grain one : List.of(Grain.MINUTE, Grain.HOUR)) {
            if (one.bucketOf(from) >= one.keptSince(now)) {
                return one;
            }
        }
        return Grain.DAY;
    }
}
