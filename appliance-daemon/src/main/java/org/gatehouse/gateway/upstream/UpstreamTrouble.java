package org.gatehouse.gateway.upstream;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ProviderError;
import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.upstream.http.AbortCause;
import org.gatehouse.gateway.upstream.http.UpstreamFailure;
import org.gatehouse.governance.snapshot.Upstream;

/** Puts what an upstream did wrong in the caller's terms: what happened, at which upstream, what to do. */
public final class UpstreamTrouble {
    private static final String TRY_AGAIN = " Try again; if it stays so, tell the box's administrators.";
    private static final String TELL = " Tell the box's administrators.";

    private UpstreamTrouble() {}

    /** A call that got no whole reply. The upstream's address stays out of the message: callers need not know it. */
    public static Trouble of(Upstream upstream, UpstreamFailure failure) {
        String name = "The upstream '" + upstream.name() + "' ";
        return switch (failure) {
            case UpstreamFailure.AddressNotAllowed _ ->
                error(Cause.NOT_FOUND, name + "leads to an address that is not allowed." + TELL);
            case UpstreamFailure.ConnectFailed _ ->
                error(Cause.SERVER_ERROR, name + "cannot be reached." + TRY_AGAIN);
            case UpstreamFailure.ProxyFailed failed -> error(Cause.SERVER_ERROR,
                    name + "cannot be reached: the HTTP proxy " + failed.proxy() + " made no connection." + TRY_AGAIN);
            case UpstreamFailure.TlsFailed _ ->
                error(Cause.SERVER_ERROR, name + "could not be trusted (TLS)." + TELL);
            case UpstreamFailure.PoolExhausted _ -> Trouble.of(Cause.OVERLOADED, Refusal.retry(
                    Reason.NO_HEALTHY_UPSTREAM, name + "has no free connection." + TRY_AGAIN, Duration.ofSeconds(1)));
            case UpstreamFailure.ConnectTimeout _ ->
                timeout(name + "did not accept the connection in time." + TRY_AGAIN);
            case UpstreamFailure.FirstByteTimeout _ -> timeout(name + "did not begin to answer in time." + TRY_AGAIN);
            case UpstreamFailure.IdleTimeout _ -> timeout(name + "stopped in the middle of its answer." + TRY_AGAIN);
            case UpstreamFailure.TotalTimeout _ -> timeout(name + "took too long in all." + TRY_AGAIN);
            case UpstreamFailure.Cut _ -> error(Cause.SERVER_ERROR,
                    name + "cut the connection before its answer was whole." + TRY_AGAIN);
            case UpstreamFailure.ProtocolError _ ->
                error(Cause.BROKEN_ANSWER, name + "answered with broken HTTP." + TRY_AGAIN);
            case UpstreamFailure.ReplyTooLarge large -> error(Cause.BROKEN_ANSWER,
                    name + "answered with more than the " + large.limit() + " bytes allowed for it. Ask for less.");
            case UpstreamFailure.Aborted aborted when aborted.cause() == AbortCause.TOO_SLOW ->
                timeout(name + "did not begin to answer in time." + TRY_AGAIN);
            case UpstreamFailure.Aborted _ -> error(Cause.SERVER_ERROR,
                    name + "was not asked to the end: the box is stopping." + TRY_AGAIN);
        };
    }

    /**
     * What an upstream's own error means; {@code null} where it is the caller's mistake, which the upstream's own words tell
     * best.
     */
    public static @Nullable Trouble of(Upstream upstream, ProviderError error) {
        String name = "The upstream '" + upstream.name() + "' ";
        Duration wait = error.retryAfter();
        Refusal refusal = switch (error.cause()) {
            case OUT_OF_MONEY -> Refusal.of(Reason.UPSTREAM_ERROR,
                    name + "says that the box's account with it is out of money." + TELL);
            case RATE_LIMITED -> Refusal.retry(Reason.RATE_LIMITED,
                    name + "is rate-limiting this box. Wait and try again.",
                    wait == null ? Duration.ofSeconds(1) : wait);
            case OVERLOADED -> Refusal.retry(Reason.NO_HEALTHY_UPSTREAM, name + "is not ready." + TRY_AGAIN,
                    wait == null ? Duration.ofSeconds(2) : wait);
            case AUTHENTICATION, PERMISSION ->
                Refusal.of(Reason.UPSTREAM_ERROR, name + "refused the box's own credentials." + TELL);
            case NOT_FOUND -> Refusal.of(Reason.UPSTREAM_ERROR, name + "does not know this model or endpoint." + TELL);
            case TIMEOUT -> Refusal.of(Reason.UPSTREAM_TIMEOUT, name + "took too long." + TRY_AGAIN);
            case SERVER_ERROR -> Refusal.of(Reason.UPSTREAM_ERROR,
                    name + "failed (status " + error.status() + ")." + TRY_AGAIN);
            case BROKEN_ANSWER ->
                Refusal.of(Reason.UPSTREAM_ERROR, name + "answered with something that is no answer." + TRY_AGAIN);
            case INVALID_REQUEST, UNSUPPORTED, CONTEXT_TOO_LONG, TOO_LARGE, CONTENT_POLICY -> null;
        };
        return refusal == null ? null : new Trouble(refusal, error.cause(), error.status());
    }

    /** An answer that sends the box elsewhere. */
    public static Trouble redirect(Upstream upstream, int status) {
        return new Trouble(Refusal.of(Reason.UPSTREAM_ERROR, "The upstream '" + upstream.name()
                + "' answered with a redirect, which is never followed. Correct its base URL." + TELL),
                Cause.NOT_FOUND, status);
    }

    /** An answer with a good status that is no answer. */
    public static Trouble broken(Upstream upstream, String what) {
        return error(Cause.BROKEN_ANSWER, "The upstream '" + upstream.name() + "' " + what + "." + TRY_AGAIN);
    }

    private static Trouble error(Cause cause, String message) {
        return Trouble.of(cause, Refusal.of(Reason.UPSTREAM_ERROR, message));
    }

    private static Trouble timeout(String message) {
        return Trouble.of(Cause.TIMEOUT, Refusal.of(Reason.UPSTREAM_TIMEOUT, message));
    }
}
