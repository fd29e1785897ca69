package org.gatehouse.gateway.routing;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.relay.Ending;
import org.gatehouse.gateway.upstream.Trouble;
import org.gatehouse.governance.snapshot.ModelRoute;

/** Who takes over when a target fails before the client has anything of an answer. Thread-safe. */
@FunctionalInterface
public interface Failover {

    /** For one routed call. */
    Plan of(Exchange exchange);

    /** Of one call; confined to its thread. */
    interface Plan {

        /** The target failed; who is next, or {@code null} when nobody is. */
        ModelRoute.@Nullable Target failed(Trouble trouble);

        /** The call ended at the target it was at, one way or another. Always {@code null}. */
        ModelRoute.@Nullable Target ended(Ending ending);
    }
}
