package org.gatehouse.gateway;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import org.gatehouse.gateway.upstream.LocalEngines;

/** Engines in memory whose standing a test sets. */
final class ChangingEngines implements LocalEngines {
    final List<String> wanted = new CopyOnWriteArrayList<>();
    final List<String> unreachable = new CopyOnWriteArrayList<>();
    final List<Runnable> watchers = new CopyOnWriteArrayList<>();
    private final Map<String, Standing> standings = new ConcurrentHashMap<>();
    private final Map<String, Standing> onWanted = new ConcurrentHashMap<>();
    private final Map<String, Standing> onUnreachable = new ConcurrentHashMap<>();

    void set(String deployment, Standing standing) {
        standings.put(deployment, standing);
        watchers.forEach(Runnable::run);
    }

    /** What the deployment becomes once a call wants it. */
    void whenWanted(String deployment, Standing then) {
        onWanted.put(deployment, then);
    }

    /** What the deployment becomes once a call could not connect. */
    void whenUnreachable(String deployment, Standing then) {
        onUnreachable.put(deployment, then);
    }

    @Override
    public Standing standing(String deployment, String model) {
        return standings.getOrDefault(deployment, new Standing.Refused("does not exist on this box"));
    }

    @Override
    public void wanted(String deployment, String model) {
        wanted.add(deployment);
        Standing then = onWanted.remove(deployment);
        if (then != null) {
            set(deployment, then);
        }
    }

    @Override
    public void unreachable(String deployment, String instance) {
        unreachable.add(instance);
        Standing then = onUnreachable.remove(deployment);
        if (then != null) {
            set(deployment, then);
        }
    }

    @Override
    public Watch onChange(String deployment, String model, Runnable action) {
        watchers.add(action);
        return () -> watchers.remove(action);
    }
}
