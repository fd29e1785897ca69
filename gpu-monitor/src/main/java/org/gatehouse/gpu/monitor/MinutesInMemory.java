package org.gatehouse.gpu.monitor;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A week of minutes in memory, for a process without a store: about 12 MB a GPU when it is full. Thread-safe. */
public final class MinutesInMemory implements MinuteStore {
    private static final Duration WEEK = Duration.ofDays(7);

    private final Map<String, Deque<GpuMinute>> minutes = new HashMap<>();

    /** Starts empty. */
    public MinutesInMemory() {}

    @Override
    public synchronized void keep(List<GpuMinute> fresh) {
        for (GpuMinute minute : fresh) {
            Deque<GpuMinute> own = minutes.computeIfAbsent(minute.node() + "/" + minute.gpuUuid(),
                    key -> new ArrayDeque<>());
            own.addLast(minute);
            while (own.getFirst().start().plus(WEEK).isBefore(minute.start())) {
                own.removeFirst();
            }
        }
    }

    @Override
    public synchronized List<GpuMinute> minutes(String node, String gpuUuid, Instant from, Instant to) {
        return minutes.getOrDefault(node + "/" + gpuUuid, new ArrayDeque<>()).stream()
                .filter(minute -> !minute.start().isBefore(from) && minute.start().isBefore(to)).toList();
    }
}
