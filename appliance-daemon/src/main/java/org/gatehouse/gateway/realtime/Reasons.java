package org.gatehouse.gateway.realtime;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.Outcome;
import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.websocket.CloseCodes;

/** Why a session ends when the box ends it, or its upstream fails: what is told to the client and recorded. Immutable. */
record Reasons(Exchange exchange) {

    /** The policies do not let it go on, or calls cannot be recorded. */
    SessionEnd refused(Refusal refusal, @Nullable String event) {
        boolean box = refusal.reason() == Reason.UNAVAILABLE;
        Outcome outcome = refusal.reason() == Reason.QUOTA_USED_UP
                ? Outcome.CUT_BY_QUOTA
                : box ? Outcome.FAILED : Outcome.REFUSED;
        return SessionEnd.byBox(outcome, refusal.reason().code(),
                box ? CloseCodes.INTERNAL_ERROR : CloseCodes.POLICY, refusal.reason().code(), told(refusal, event));
    }

    /** What an answer used could not be recorded. */
    SessionEnd unrecorded() {
        return refused(Refusal.retry(Reason.UNAVAILABLE, "The box cannot record calls at the moment and so"
                + " carries none. Try again in a while.", Duration.ofSeconds(5)), null);
    }

    /**
     * The upstream did not keep to what was agreed, or is away.
     *
     * @param what it did, for a sentence that begins with its name
     */
    SessionEnd upstreamBroke(String what) {
        Refusal refusal = Refusal.of(Reason.UPSTREAM_ERROR, "The upstream '" + exchange.target().upstream().name()
                + "' " + what + " Open a new session.");
        return SessionEnd.upstreamBroke(told(refusal, null), Cause.SERVER_ERROR);
    }

    /** There is a bug in the box. */
    static SessionEnd bug() {
        return SessionEnd.byBox(Outcome.FAILED, Reason.UNAVAILABLE.code(), CloseCodes.INTERNAL_ERROR,
                "the box failed", null);
    }

    /** The box stops. */
    static SessionEnd goingAway() {
        return SessionEnd.byBox(Outcome.COMPLETED, null, CloseCodes.GOING_AWAY, "the box stops", null);
    }

    /** It has lasted for as long as any may. */
    static SessionEnd tooOld(RealtimeTerms terms) {
        return expired("session_expired", "The session has lasted " + terms.longest().toMinutes()
                + " minutes, which is the most. Open a new one.");
    }

    /** Nobody said anything for as long as that may be. */
    static SessionEnd idle(RealtimeTerms terms) {
        return expired("session_idle", "Nothing was said in the session for " + terms.idle().toMinutes()
                + " minutes. Open a new one.");
    }

    private static SessionEnd expired(String code, String message) {
        return SessionEnd.byBox(Outcome.COMPLETED, code, CloseCodes.GOING_AWAY, code,
                ErrorEvents.of("invalid_request_error", code, message));
    }

    /** The refusal as an event of the client's dialect. */
    String told(Refusal refusal, @Nullable String event) {
        return ErrorEvents.of(exchange.arrival().dialect(), refusal, event);
    }
}
