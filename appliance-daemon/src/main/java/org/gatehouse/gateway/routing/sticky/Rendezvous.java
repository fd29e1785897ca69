package org.gatehouse.gateway.routing.sticky;

import java.util.List;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/**
 * Weighted rendezvous hashing: which of several places belongs to a name, the same on every box and after every restart.
 * When a place comes or goes, or its weight changes, no more names move than must. Pure.
 */
public final class Rendezvous {

    private Rendezvous() {}

    /**
     * The place of a name.
     *
     * @param places at least one
     * @param named what a place is called, which must stay the same
     * @param weight a place's share of the names, at least 0; with all 0 they share alike
     */
    public static <P> P place(String name, List<P> places, Function<P, String> named, ToIntFunction<P> weight) {
        long hash = hash(name);
        P best = places.getFirst();
        double most = Double.NEGATIVE_INFINITY;
        for (P place : places) {
            double score = score(hash, named.apply(place), weight.applyAsInt(place));
            if (score > most) {
                best = place;
                most = score;
            }
        }
        return best;
    }

    private static double score(long name, String place, int weight) {
        // 53 bits make a double in (0, 1); -w / ln(u) is the weighted score (Mosharaf and others; Schindelhauer, 2005).
        double unit = ((mix(name ^ hash(place) * 0x9E3779B97F4A7C15L) >>> 11) + 0.5) * 0x1.0p-53;
        return weight == 0 ? -1 / unit : -weight / Math.log(unit);
    }

    /** 64 well mixed bits of a text; the same everywhere and for ever. Not for secrets. */
    public static long hash(CharSequence text) {
        long hash = 0xCBF29CE484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001B3L;
        }
        return mix(hash);
    }

    private static long mix(long value) {
        long mixed = (value ^ value >>> 30) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
        return mixed ^ mixed >>> 31;
    }
}
