package org.gatehouse.supervisor.fleet;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.gatehouse.supervisor.planning.LearnedFootprint;

/** A history that forgets everything with its process. Used by one thread. */
public final class MemoryHistory implements EngineHistory {
    private static final int MOST_KEYS = 512;
    private static final int MOST_TIMES = 5;
    private static final int MOST_FOOTPRINTS = 16;

    private final Map<Key, Past> pasts = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * What is known by one key.
     *
     * @param footprints the newest first
     * @param loads milliseconds, the newest last
     * @param wakes milliseconds, the newest last
     */
    record Past(List<LearnedFootprint> footprints, List<Long> loads, List<Long> wakes) {
        /** Copies the lists. */
        Past {
            footprints = List.copyOf(footprints);
            loads = List.copyOf(loads);
            wakes = List.copyOf(wakes);
        }

        private static final Past NONE = new Past(List.of(), List.of(), List.of());

        private List<Long> times(Step step) {
            return switch (step) {
                case LOAD -> loads;
                case WAKE -> wakes;
            };
        }
    }

    @Override
    public List<LearnedFootprint> footprints(Key key) {
        return pasts.getOrDefault(key, Past.NONE).footprints();
    }

    @Override
    public void learned(Key key, LearnedFootprint footprint) {
        Past past = pasts.getOrDefault(key, Past.NONE);
        List<LearnedFootprint> footprints = new ArrayList<>(List.of(footprint));
        past.footprints().stream()
                .filter(old -> !(old.shape().equals(footprint.shape()) && old.kvType() == footprint.kvType()
                        && old.quantisation() == footprint.quantisation()))
                .limit(MOST_FOOTPRINTS - 1L).forEach(footprints::add);
        put(key, new Past(footprints, past.loads(), past.wakes()));
    }

    @Override
    public Optional<Duration> usual(Key key, Step step) {
        List<Long> times = pasts.getOrDefault(key, Past.NONE).times(step).stream().sorted().toList();
        return times.isEmpty() ? Optional.empty() : Optional.of(Duration.ofMillis(times.get(times.size() / 2)));
    }

    @Override
    public void took(Key key, Step step, Duration duration) {
        Past past = pasts.getOrDefault(key, Past.NONE);
        List<Long> times = new ArrayList<>(past.times(step));
        times.add(duration.toMillis());
        List<Long> kept = times.subList(Math.max(0, times.size() - MOST_TIMES), times.size());
        put(key, switch (step) {
            case LOAD -> new Past(past.footprints(), kept, past.wakes());
            case WAKE -> new Past(past.footprints(), past.loads(), kept);
        });
    }

    private void put(Key key, Past past) {
        pasts.put(key, past);
        while (pasts.size() > MOST_KEYS) {
            pasts.remove(pasts.keySet().iterator().next());
        }
    }

    Map<Key, Past> pasts() {
        return pasts;
    }

    void restore(Key key, Past past) {
        put(key, past);
    }
}
