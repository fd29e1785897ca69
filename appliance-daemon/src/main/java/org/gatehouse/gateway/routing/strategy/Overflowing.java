package org.gatehouse.gateway.routing.strategy;

import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

import org.gatehouse.gateway.routing.targets.LocalLoad;
import org.gatehouse.governance.snapshot.RouteTerms.Overflow;

/**
 * Which local targets of a route are full: from the high marks on, until they are below both low marks. Between them a
 * target stays what it was, so that calls do not swing to and fro. Thread-safe.
 */
public final class Overflowing {
    private final Set<UUID> full = ConcurrentHashMap.newKeySet();

    /** Whether a call should rather go elsewhere. A load of which nothing is known is no reason to. */
    public boolean isFull(Option option, Overflow marks, long now) {
        UUID id = option.candidate().id();
        LocalLoad load = !marks.allowed() || !option.candidate().local() ? null : option.state().load(now);
        if (load == null) {
            if (!full.isEmpty()) {
                full.remove(id);
            }
            return false;
        }
        if (load.waiting() >= marks.waitingHigh() || load.cachePercent() >= marks.cacheHighPercent()) {
            full.add(id);
            return true;
        }
        if (load.waiting() <= marks.waitingLow() && load.cachePercent() <= marks.cacheLowPercent()) {
            full.remove(id);
            return false;
        }
        return full.contains(id);
    }
}
