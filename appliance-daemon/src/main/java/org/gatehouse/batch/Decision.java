package org.gatehouse.batch;

import org.gatehouse.gateway.exchange.Refusal;

/** What came of an order: the thing, or a typed no. */
public sealed interface Decision<T> {

    /** Done. */
    record Given<T>(T value) implements Decision<T> {}

    /** Not done. */
    record Denied<T>(Refusal refusal) implements Decision<T> {}
}
