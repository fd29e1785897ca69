package org.gatehouse.supervisor.fleet;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import org.gatehouse.supervisor.control.Said;
import org.gatehouse.supervisor.engines.Capabilities.AdapterLoading;
import org.gatehouse.supervisor.fleet.FleetEvent.Kind;

/** Keeps the adapters of a ready replica as its deployment wants them, one at a time. Owned by the fleet's thread. */
final class Adapters {
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(30);

    private final World world;

    Adapters(World world) {
        this.world = world;
    }

    /** What of these names are adapters: those that it should have, and those of an earlier definition. */
    static Set<String> known(Replica replica, DeploymentState state, Set<String> names) {
        Set<String> found = new HashSet<>(names);
        found.remove(replica.spec.publicName());
        found.remove(replica.model.toString());
        found.remove(state.wanted.publicName());
        return Set.copyOf(found);
    }

    void reconcile(DeploymentState state, Replica replica) {
        if (replica.engine.capabilities().adapters() != AdapterLoading.AT_RUN_TIME
                || replica.spec.sizing().adapterSlots() == 0 || replica.adapting
                || world.now() - replica.adaptersNotBefore < 0) {
            return;
        }
        List<LoraAdapter> wanted = state.wanted.adapters();
        Set<String> names = wanted.stream().map(LoraAdapter::name).collect(Collectors.toSet());
        Set<String> loaded = replica.adapters;
        Optional<String> surplus = loaded.stream().filter(name -> !names.contains(name)).sorted().findFirst();
        if (surplus.isPresent()) {
            change(replica, surplus.get(), Kind.ADAPTER_UNLOADED,
                    () -> world.outside.control().unloadAdapter(replica.engine, replica.listen, surplus.get()));
            return;
        }
        wanted.stream().filter(adapter -> !loaded.contains(adapter.name())).findFirst()
                .ifPresent(adapter -> change(replica, adapter.name(), Kind.ADAPTER_LOADED, () -> world.outside.control()
                        .loadAdapter(replica.engine, replica.listen, adapter.name(), adapter.directory())));
    }

    private void change(Replica replica, String name, Kind kind, Supplier<Said> job) {
        replica.adapting = true;
        long generation = replica.generation;
        world.aside(job, fault -> new Said.Failed(String.valueOf(fault)), said -> {
            replica.adapting = false;
            if (replica.generation != generation) {
                return;
            }
            switch (said) {
                case Said.Done _ -> {
                    set(replica, name, kind == Kind.ADAPTER_LOADED);
                    world.changes++;
                    world.event(kind, replica, name);
                }
                case Said.Failed(String why) -> {
                    replica.adaptersNotBefore = world.now() + AFTER_FAILURE.toNanos();
                    world.event(Kind.ADAPTER_FAILED, replica,
                            "adapter " + name + ": " + why + " Check its directory and its rank.");
                }
            }
        });
    }

    private static void set(Replica replica, String name, boolean loaded) {
        Set<String> next = new HashSet<>(replica.adapters);
        if (loaded) {
            next.add(name);
        } else {
            next.remove(name);
        }
        replica.adapters = Set.copyOf(next);
    }
}
