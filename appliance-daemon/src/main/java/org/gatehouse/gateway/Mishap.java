package org.gatehouse.gateway;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.relay.Ending;
import org.gatehouse.gateway.relay.StreamRelay;
import org.gatehouse.gateway.upstream.Trouble;
import org.gatehouse.gateway.upstream.UpstreamTrouble;
import org.gatehouse.governance.snapshot.Upstream;

/** What an ending says of the target that led to it. Stateless. */
final class Mishap {
    /** Never shown: what the upstream said is. */
    private static final Refusal REFUSED = Refusal.of(Reason.INVALID_REQUEST, "The upstream refused the request.");

    private Mishap() {}

    /** What went wrong at the target; {@code null} where nothing did. */
    static @Nullable Trouble in(Ending ending, Upstream upstream) {
        return switch (ending) {
            case Ending.FailedBefore before -> before.trouble();
            case Ending.FailedAfter after -> after.trouble();
            case Ending.WholeReply whole -> whole.refusedFor() == null
                    ? null
                    : new Trouble(REFUSED, whole.refusedFor(), whole.status());
            case Ending.StreamEnd end -> end.failed()
                    ? UpstreamTrouble.broken(upstream, "failed in the middle of its answer")
                    : null;
            case Ending.QuotaEnd _,Ending.ClientLeft _ -> null;
        };
    }

    /** Whatever went wrong with a target that was to go on with an answer: its client has a part of that. */
    static Ending behind(StreamRelay broken, Ending ending) {
        return switch (ending) {
            case Ending.FailedBefore before -> broken.failed(before.trouble());
            case Ending.WholeReply whole -> broken.failed(new Trouble(REFUSED,
                    whole.refusedFor() == null ? Cause.BROKEN_ANSWER : whole.refusedFor(), whole.status()));
            case Ending.StreamEnd _,Ending.QuotaEnd _,Ending.FailedAfter _,Ending.ClientLeft _ -> ending;
        };
    }
}
