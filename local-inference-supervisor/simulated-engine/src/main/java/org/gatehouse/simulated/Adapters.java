package org.gatehouse.simulated;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The LoRA adapters that are loaded, and how many requests run on each. Thread-safe. */
final class Adapters {
    private final Map<String, String> paths = new TreeMap<>();
    private final Map<String, Integer> running = new TreeMap<>();

    Adapters(Map<String, String> fromTheStart) {
        paths.putAll(fromTheStart);
    }

    synchronized boolean has(String name) {
        return paths.containsKey(name);
    }

    /** Whether it was not there before, or may be replaced. */
    synchronized boolean load(String name, String path, boolean inPlace) {
        if (paths.containsKey(name) && !inPlace) {
            return false;
        }
        paths.put(name, path);
        return true;
    }

    synchronized boolean unload(String name) {
        return paths.remove(name) != null;
    }

    synchronized Map<String, String> paths() {
        return new TreeMap<>(paths);
    }

    synchronized void begins(String name) {
        if (paths.containsKey(name)) {
            running.merge(name, 1, Integer::sum);
        }
    }

    synchronized void ends(String name) {
        running.computeIfPresent(name, (_, count) -> count > 1 ? count - 1 : null);
    }

    synchronized List<String> running() {
        return new ArrayList<>(running.keySet());
    }
}
