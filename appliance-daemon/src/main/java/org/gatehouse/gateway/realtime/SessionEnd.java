package org.gatehouse.gateway.realtime;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.Outcome;
import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.websocket.CloseCodes;
import org.gatehouse.gateway.websocket.Message;
import org.gatehouse.gateway.websocket.ProtocolViolation;

/**
 * Why a session ended, and what each side is told. Immutable.
 *
 * @param outcome for the row
 * @param code likewise; {@code null} when nothing went wrong
 * @param clientCode what the client's connection is closed with
 * @param reason likewise
 * @param upstreamCode what the upstream's connection is closed with
 * @param event what the client is told before; {@code null} for nothing
 * @param fault what the upstream did wrong; {@code null} when it did nothing
 */
record SessionEnd(Outcome outcome, @Nullable String code, int clientCode, String reason, int upstreamCode,
        @Nullable String event, @Nullable Cause fault) {
    /** What a client that left would have got; nginx's convention, seen in the trail only. */
    private static final int CLIENT_CLOSED_REQUEST = 499;

    /** How an answer ended that was under way then. A client that closes its session in the middle of one leaves it. */
    Outcome answerOutcome() {
        return switch (outcome) {
            case COMPLETED, CLIENT_GONE -> Outcome.CLIENT_GONE;
            case CUT_BY_QUOTA -> Outcome.CUT_BY_QUOTA;
            case REFUSED, FAILED, INTERRUPTED -> Outcome.FAILED;
        };
    }

    /** The status of its row. */
    int answerStatus() {
        return answerOutcome() == Outcome.CLIENT_GONE ? CLIENT_CLOSED_REQUEST : 200;
    }

    /** The client closed. */
    static SessionEnd byClient(Message.Close close) {
        return new SessionEnd(Outcome.COMPLETED, null, close.code(), "", close.code(), null, null);
    }

    /** The client's connection ended without a close. */
    static SessionEnd clientVanished() {
        return new SessionEnd(Outcome.CLIENT_GONE, null, CloseCodes.GOING_AWAY, "", CloseCodes.GOING_AWAY, null, null);
    }

    /** The client broke the protocol. */
    static SessionEnd clientBroke(ProtocolViolation violation) {
        return new SessionEnd(Outcome.FAILED, Reason.INVALID_REQUEST.code(), violation.code(),
                String.valueOf(violation.getMessage()), CloseCodes.GOING_AWAY, null, null);
    }

    /** The upstream closed, which tells by its code whether it had to. */
    static SessionEnd byUpstream(Message.Close close) {
        boolean broken = close.code() == CloseCodes.PROTOCOL_ERROR || close.code() >= CloseCodes.INTERNAL_ERROR
                && close.code() <= 1014;
        return new SessionEnd(broken ? Outcome.FAILED : Outcome.COMPLETED,
                broken ? Reason.UPSTREAM_ERROR.code() : null, close.code(), close.reason(), close.code(), null,
                broken ? Cause.SERVER_ERROR : null);
    }

    /** The upstream's connection ended without a close, fell silent, or sent what nobody may send. */
    static SessionEnd upstreamBroke(String event, Cause fault) {
        return new SessionEnd(Outcome.FAILED, Reason.UPSTREAM_ERROR.code(), CloseCodes.INTERNAL_ERROR,
                "the upstream broke off", CloseCodes.PROTOCOL_ERROR, event, fault);
    }

    /** The box ends it. */
    static SessionEnd byBox(Outcome outcome, @Nullable String code, int clientCode, String reason,
            @Nullable String event) {
        return new SessionEnd(outcome, code, clientCode, reason, CloseCodes.GOING_AWAY, event, null);
    }
}
