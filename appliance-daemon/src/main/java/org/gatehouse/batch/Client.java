package org.gatehouse.batch;

import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.governance.snapshot.KeyRecord;

/**
 * Who orders something: a key that was let in. Immutable.
 *
 * @param address from where
 * @param requestId with which request
 * @param scenario the business scenario that it named
 */
public record Client(KeyRecord key, String address, String requestId, @Nullable String scenario) {

    /** The one of a request that was let in. */
    public static Client of(Exchange exchange) {
        return new Client(exchange.key(), exchange.arrival().clientAddress().getHostAddress(),
                exchange.arrival().requestId(), exchange.arrival().scenario());
    }

    /** Whose things it sees and makes. */
    public UUID project() {
        return key.projectId();
    }

    /** How the trail names it. */
    String actor() {
        return "key:" + key.departmentName() + "/" + key.projectName() + "/" + key.name();
    }
}
