package org.gatehouse.admin;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;

/** Live figures that a test wrote down. Thread-safe. */
public final class WrittenRoutes implements LiveRoutes {
    public final Map<UUID, TargetFigures> targets = new ConcurrentHashMap<>();
    public final Map<UUID, List<KeyFigures>> keys = new ConcurrentHashMap<>();
    public final List<ArmFigures> arms = new CopyOnWriteArrayList<>();
    public final List<UUID> reset = new CopyOnWriteArrayList<>();

    @Override
    public Counts counts(UUID model) {
        return new Counts(12, 3, 1);
    }

    @Override
    public List<ArmFigures> arms(UUID model) {
        return arms;
    }

    @Override
    public @Nullable TargetFigures target(UUID target) {
        return targets.get(target);
    }

    @Override
    public List<KeyFigures> keys(UUID upstream) {
        return keys.getOrDefault(upstream, List.of());
    }

    @Override
    public void reset(UUID target) {
        reset.add(target);
    }
}
