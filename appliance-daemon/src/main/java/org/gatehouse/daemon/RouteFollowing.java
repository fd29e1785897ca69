package org.gatehouse.daemon;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;

import org.gatehouse.gateway.routing.Routing;
import org.gatehouse.gateway.routing.Traffic;
import org.gatehouse.governance.snapshot.PolicySnapshot;
import org.gatehouse.governance.snapshot.Upstream;

/**
 * Has routing follow changes of governance: what is gone is forgotten, and a key that was replaced starts with a clean
 * sheet. Told of one snapshot at a time.
 */
final class RouteFollowing implements Consumer<PolicySnapshot> {
    private final Traffic traffic;
    private Map<UUID, Upstream> before;

    RouteFollowing(Traffic traffic, PolicySnapshot inForce) {
        this.traffic = traffic;
        this.before = upstreams(inForce);
    }

    @Override
    public void accept(PolicySnapshot snapshot) {
        traffic.keep(Routing.candidates(snapshot, Instant.now()));
        Map<UUID, Upstream> now = upstreams(snapshot);
        now.forEach((id, upstream) -> {
            Upstream old = before.get(id);
            if (old != null) {
                upstream.keys().stream().filter(key -> !old.keys().contains(key))
                        .forEach(key -> traffic.keyTested(id, key.name()));
            }
        });
        before = now;
    }

    private static Map<UUID, Upstream> upstreams(PolicySnapshot snapshot) {
        Map<UUID, Upstream> upstreams = new HashMap<>();
        snapshot.models().values().forEach(route -> route.targets()
                .forEach(target -> upstreams.put(target.upstream().id(), target.upstream())));
        return upstreams;
    }
}
