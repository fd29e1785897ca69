package org.gatehouse.daemon;

import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;

import org.gatehouse.gateway.admission.RateLimits;
import org.gatehouse.gateway.upstream.Dispatch;
import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.PolicySnapshot;
import org.gatehouse.governance.snapshot.Upstream;

/**
 * Lets the data plane forget what a change of governance has removed: the windows of limits, connections to upstreams.
 * Without it the memory of a box whose keys come and go would only grow. Thread-safe.
 */
record Forgetting(RateLimits rates, Dispatch dispatch) implements Consumer<PolicySnapshot> {

    @Override
    public void accept(PolicySnapshot snapshot) {
        Set<UUID> limits = new HashSet<>();
        snapshot.credentials().values().forEach(credential -> {
            for (Limit limit : credential.key().limits()) {
                limits.add(limit.id());
            }
        });
        rates.retain(limits);
        Set<Upstream> upstreams = new HashSet<>();
        for (ModelRoute route : snapshot.models().values()) {
            route.targets().forEach(target -> upstreams.add(target.upstream()));
        }
        dispatch.retain(upstreams);
    }
}
