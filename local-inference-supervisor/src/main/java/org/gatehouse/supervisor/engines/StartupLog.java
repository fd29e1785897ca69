package org.gatehouse.supervisor.engines;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

import org.gatehouse.supervisor.engines.MemoryMarker.Part;
import org.gatehouse.supervisor.planning.LearnedFootprint;
import org.gatehouse.supervisor.planning.Placement;
import org.gatehouse.supervisor.planning.Wish;

/** Follows one start of an engine through its log. Used by one thread; make a new one for each process. */
public final class StartupLog {
    private static final int LONGEST_LINE = 8192;

    private final Engine engine;
    private final Map<Part, Long> amounts = new EnumMap<>(Part.class);
    private LoadProgress progress = LoadProgress.NONE;

    /** Nothing read yet. */
    public StartupLog(Engine engine) {
        this.engine = engine;
    }

    /**
     * Takes the next line; unknown lines pass unnoticed.
     *
     * @return whether the start has come further by it
     */
    public boolean read(String whole) {
        String line = whole.length() > LONGEST_LINE ? whole.substring(0, LONGEST_LINE) : whole;
        for (MemoryMarker marker : engine.memoryMarkers()) {
            marker.in(line).ifPresent(amount -> amounts.merge(marker.part(), amount,
                    marker.part() == Part.KV_CACHE || marker.part() == Part.KV_TOKENS ? Math::min : Math::max));
        }
        LoadProgress before = progress;
        for (LoadMarker marker : engine.loadMarkers()) {
            Optional<LoadProgress> found = marker.in(line);
            if (found.isPresent()) {
                progress = found.get().furthest(progress);
                break;
            }
        }
        return !progress.equals(before);
    }

    /** How far it has come. */
    public LoadProgress progress() {
        return progress;
    }

    /**
     * What the engine said of its memory, for the next plan of this model; empty if it did not say enough.
     *
     * @param wish what it was started for
     * @param placement where it went: what of its promised memory is neither weights nor cache nor graphs went into computing
     */
    public Optional<LearnedFootprint> footprint(Wish wish, Placement placement) {
        Long weights = amounts.get(Part.WEIGHTS);
        Long cache = amounts.get(Part.KV_CACHE);
        if (weights == null || cache == null || weights == 0 || cache == 0) {
            return Optional.empty();
        }
        long graphs = amounts.getOrDefault(Part.GRAPHS, 0L);
        Long compute = amounts.get(Part.COMPUTE);
        long overhead = compute != null
                ? compute + placement.memory().runtime()
                : placement.reservedBytes() - weights - cache - graphs;
        if (overhead <= 0) {
            return Optional.empty();
        }
        return Optional.of(new LearnedFootprint(placement.shape(), wish.quantisation(), wish.kvType(), weights, cache,
                amounts.getOrDefault(Part.KV_TOKENS, 0L), overhead, graphs));
    }
}
