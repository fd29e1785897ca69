package org.gatehouse.gateway.routing;

import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.gatehouse.gateway.routing.health.KeyPool;
import org.gatehouse.gateway.routing.targets.TargetView;

/**
 * All that routing knows at one moment, for the admin API and the metrics. Immutable.
 *
 * @param routes those that had a call
 * @param targets those that had a call or a check
 * @param keys of each upstream those that had a call
 * @param sessions that are remembered
 */
public record TrafficView(List<RouteView> routes, List<TargetView> targets, Map<UUID, List<KeyPool.View>> keys,
        int sessions) {

    /** Copies the collections. */
    public TrafficView {
        routes = List.copyOf(routes);
        targets = List.copyOf(targets);
        keys = Map.copyOf(keys);
    }
}
