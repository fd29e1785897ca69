package org.gatehouse.gateway.upstream.http;

/** Who may use a {@link Connection}: exactly one call, or nobody. */
sealed interface Holder permits UpstreamCall, Holder.HungUp, Holder.Nobody {

    /** A call that has said goodbye and reads what is still on its way; the connection carries no other after it. */
    record HungUp(UpstreamCall call) implements Holder {}

    /** The two ways in which a connection belongs to no call. */
    enum Nobody implements Holder {
        /** In the pool, or on its way from there to a call. */
        IDLE,
        /** Closed for good. */
        CLOSED
    }
}
