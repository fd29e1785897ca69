package org.gatehouse.gateway.upstream;

import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.upstream.http.UpstreamCall;

/** What became of a call on its way to a target. */
public sealed interface Outgoing {

    /** It can be executed. */
    record Ready(UpstreamCall call) implements Outgoing {}

    /** The target's protocol cannot say what the client asks, or the target lacks the surface; another one may do. */
    record CannotSay(Refusal refusal) implements Outgoing {}

    /** The box has no proof of who it is for the target. */
    record NotAuthorized(Refusal refusal, boolean ofTheKey) implements Outgoing {}
}
