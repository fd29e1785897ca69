package org.gatehouse.gateway.upstream;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.exchange.Reason;
import org.gatehouse.gateway.exchange.Refusal;
import org.gatehouse.gateway.upstream.http.UpstreamFailure;
import org.gatehouse.gateway.upstream.http.UpstreamReply;
import org.gatehouse.governance.snapshot.Upstream;

/** Puts what an upstream did wrong in the caller's terms: what happened, at which upstream, what to do. */
public final class UpstreamTrouble {
    private static final String TRY_AGAIN = " Try again; if it stays so, tell the box's administrators.";
    private static final String TELL = " Tell the box's administrators.";

    private UpstreamTrouble() {}

    /** A call that got no whole reply. The upstream's address stays out of the message: callers need not know it. */
    public static Refusal of(Upstream upstream, UpstreamFailure failure) {
        String name = "The upstream '" + upstream.name() + "' ";
        return switch (failure) {
            case UpstreamFailure.AddressNotAllowed _ -> Refusal.of(Reason.UPSTREAM_ERROR,
                    name + "leads to an address that is not allowed." + TELL);
            case UpstreamFailure.ConnectFailed _ -> retry(name + "cannot be reached." + TRY_AGAIN);
            case UpstreamFailure.TlsFailed _ ->
                Refusal.of(Reason.UPSTREAM_ERROR, name + "could not be trusted (TLS)." + TELL);
            case UpstreamFailure.PoolExhausted _ -> Refusal.retry(Reason.NO_HEALTHY_UPSTREAM,
                    name + "has no free connection." + TRY_AGAIN, Duration.ofSeconds(1));
            case UpstreamFailure.ConnectTimeout _ ->
                Refusal.of(Reason.UPSTREAM_TIMEOUT, name + "did not accept the connection in time." + TRY_AGAIN);
            case UpstreamFailure.FirstByteTimeout _ ->
                Refusal.of(Reason.UPSTREAM_TIMEOUT, name + "did not begin to answer in time." + TRY_AGAIN);
            case UpstreamFailure.IdleTimeout _ ->
                Refusal.of(Reason.UPSTREAM_TIMEOUT, name + "stopped in the middle of its answer." + TRY_AGAIN);
            case UpstreamFailure.TotalTimeout _ ->
                Refusal.of(Reason.UPSTREAM_TIMEOUT, name + "took too long in all." + TRY_AGAIN);
            case UpstreamFailure.Cut _ ->
                Refusal.of(Reason.UPSTREAM_ERROR, name + "cut the connection before its answer was whole." + TRY_AGAIN);
            case UpstreamFailure.ProtocolError _ ->
                Refusal.of(Reason.UPSTREAM_ERROR, name + "answered with broken HTTP." + TRY_AGAIN);
            case UpstreamFailure.ReplyTooLarge large -> Refusal.of(Reason.UPSTREAM_ERROR,
                    name + "answered with more than the " + large.limit() + " bytes allowed for it. Ask for less.");
            case UpstreamFailure.Aborted _ ->
                retry(name + "was not asked to the end: the box is stopping." + TRY_AGAIN);
        };
    }

    /** A status that the caller must not see as it is, or empty when the upstream's own error may be passed on. */
    public static Optional<Refusal> ofStatus(Upstream upstream, UpstreamReply reply, boolean moneyOut,
            InstantSource clock) {
        int status = reply.status();
        String name = "The upstream '" + upstream.name() + "' ";
        if (status >= 200 && status < 300) {
            return Optional.empty();
        }
        if (status == 429 && moneyOut) {
            return Optional.of(
                    Refusal.of(Reason.UPSTREAM_ERROR,
                            name + "says that the box's account with it is out of money." + TELL));
        }
        if (status == 429) {
            Duration wait = retryAfter(reply, clock).orElse(Duration.ofSeconds(1));
            return Optional.of(
                    Refusal.retry(Reason.RATE_LIMITED, name + "is rate-limiting this box. Wait and try again.", wait));
        }
        if (status == 503) {
            Duration wait = retryAfter(reply, clock).orElse(Duration.ofSeconds(2));
            return Optional.of(Refusal.retry(Reason.NO_HEALTHY_UPSTREAM, name + "is not ready." + TRY_AGAIN, wait));
        }
        if (status == 401 || status == 403 || status == 407) {
            return Optional.of(Refusal.of(Reason.UPSTREAM_ERROR, name + "refused the box's own credentials." + TELL));
        }
        if (status == 402) {
            return Optional.of(
                    Refusal.of(Reason.UPSTREAM_ERROR,
                            name + "says that the box's account with it is out of money." + TELL));
        }
        if (status == 404 || status == 405) {
            return Optional
                    .of(Refusal.of(Reason.UPSTREAM_ERROR, name + "does not know this model or endpoint." + TELL));
        }
        if (status >= 300 && status < 400) {
            return Optional.of(Refusal.of(Reason.UPSTREAM_ERROR,
                    name + "answered with a redirect, which is never followed. Correct its base URL." + TELL));
        }
        if (status >= 500) {
            return Optional.of(Refusal.of(Reason.UPSTREAM_ERROR, name + "failed (status " + status + ")." + TRY_AGAIN));
        }
        return Optional.empty();
    }

    /** An answer with a good status that is no answer. */
    public static Refusal broken(Upstream upstream, String what) {
        return Refusal.of(Reason.UPSTREAM_ERROR, "The upstream '" + upstream.name() + "' " + what + "." + TRY_AGAIN);
    }

    private static Refusal retry(String message) {
        return Refusal.of(Reason.UPSTREAM_ERROR, message);
    }

    // RFC 9110 10.2.3: seconds or a date. Some providers send milliseconds in a header of their own.
    private static Optional<Duration> retryAfter(UpstreamReply reply, InstantSource clock) {
        Optional<String> millis = reply.header("retry-after-ms");
        if (millis.isPresent() && millis.get().matches("[0-9]{1,9}")) {
            return Optional.of(Duration.ofMillis(Long.parseLong(millis.get())));
        }
        return reply.header("retry-after").flatMap(value -> seconds(value, clock.instant()));
    }

    private static Optional<Duration> seconds(@Nullable String value, Instant now) {
        if (value == null) {
            return Optional.empty();
        }
        if (value.matches("[0-9]{1,6}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(value)));
        }
        try {
            Instant when = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
            return Optional.of(when.isAfter(now) ? Duration.between(now, when) : Duration.ZERO);
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }
}
