package org.gatehouse.gateway.upstream.provider.gemini;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.upstream.http.BodySlice;
import org.gatehouse.gateway.upstream.http.Endpoint;
import org.gatehouse.gateway.upstream.http.RequestHeaders;
import org.gatehouse.gateway.upstream.provider.Authorization;
import org.gatehouse.gateway.upstream.provider.NotAuthorizedException;

/**
 * Shows the access token of one key. A new one is asked for five minutes before the old one ends; meanwhile, and while its
 * server is in trouble, the old one is shown. One call asks at a time, and those that wait for it take what it got.
 * Thread-safe.
 */
final class AccessTokens implements Authorization {
    private static final Duration RENEWED_BEFORE = Duration.ofMinutes(5);
    /** As long as one question may take, and a little. */
    private static final long LONGEST_WAIT_MILLIS = 16_000;

    private final TokenServer server;
    private final InstantSource clock;
    /** Held by who asks. */
    private final ReentrantLock asking = new ReentrantLock();
    private volatile Known known = new Known(0, null, null);

    /**
     * What came of the last question.
     *
     * @param number counts the questions
     * @param token the newest; {@code null} when there is none
     * @param failure of the last question; {@code null} when it was answered
     */
    private record Known(long number, TokenServer.@Nullable Token token, @Nullable NotAuthorizedException failure) {}

    AccessTokens(TokenServer server, InstantSource clock) {
        this.server = server;
        this.clock = clock;
    }

    @Override
    public RequestHeaders headers(Endpoint endpoint, String method, String path, List<BodySlice> body)
            throws NotAuthorizedException {
        Known seen = known;
        TokenServer.Token token = seen.token();
        Instant now = clock.instant();
        if (token != null && now.isBefore(token.ends().minus(RENEWED_BEFORE))) {
            return token.headers();
        }
        return token != null && now.isBefore(token.ends()) ? whileStillGood(seen, token) : anew(seen);
    }

    private RequestHeaders whileStillGood(Known seen, TokenServer.Token token) throws NotAuthorizedException {
        if (!asking.tryLock()) {
            return token.headers();
        }
        try {
            return ask(seen);
        } catch (NotAuthorizedException e) {
            if (e.ofTheKey()) {
                throw e;
            }
            return token.headers();
        } finally {
            asking.unlock();
        }
    }

    private RequestHeaders anew(Known seen) throws NotAuthorizedException {
        try {
            if (!asking.tryLock(LONGEST_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new NotAuthorizedException(false, "its token server did not answer in time");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new NotAuthorizedException(false, "the wait for its token was broken off");
        }
        try {
            return ask(seen);
        } finally {
            asking.unlock();
        }
    }

    /** Asks, unless another call has asked since. */
    private RequestHeaders ask(Known seen) throws NotAuthorizedException {
        Known now = known;
        if (now.number() == seen.number() || now.token() == null && now.failure() == null) {
            now = answer(now);
            known = now;
        }
        NotAuthorizedException failure = now.failure();
        TokenServer.Token token = now.token();
        if (failure != null || token == null) {
            throw failure == null
                    ? new NotAuthorizedException(false, "its token was not taken")
                    : new NotAuthorizedException(failure.ofTheKey(), String.valueOf(failure.getMessage()));
        }
        return token.headers();
    }

    private Known answer(Known before) {
        try {
            return new Known(before.number() + 1, server.ask(), null);
        } catch (NotAuthorizedException e) {
            return new Known(before.number() + 1, e.ofTheKey() ? null : before.token(), e);
        }
    }

    @Override
    public boolean refused() {
        if (known.token() == null || !asking.tryLock()) {
            return known.token() != null;
        }
        try {
            // Counts as a question, so that nobody who waits takes it for an answer of their own.
            known = new Known(known.number() + 1, null, null);
            return true;
        } finally {
            asking.unlock();
        }
    }
}
