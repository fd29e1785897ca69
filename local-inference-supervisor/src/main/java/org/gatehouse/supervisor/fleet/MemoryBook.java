package org.gatehouse.supervisor.fleet;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A book that forgets everything with its process. Thread-safe. */
public final class MemoryBook implements DeploymentBook {
    private final Map<String, ModelDeployment> byName = new TreeMap<>();

    @Override
    public synchronized Collection<ModelDeployment> all() {
        return List.copyOf(byName.values());
    }

    @Override
    public synchronized void put(ModelDeployment deployment) {
        byName.put(deployment.name(), deployment);
    }

    @Override
    public synchronized void remove(String name) {
        byName.remove(name);
    }
}
