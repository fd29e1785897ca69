package org.gatehouse.gateway.upstream.http;

import java.io.IOException;

import org.jspecify.annotations.Nullable;

/**
 * Carries an {@link UpstreamFailure} out of blocking code. Checked, because a call that can fail must have somebody who decides
 * what then. Has no stack trace of its own: it is an expected outcome, and during an outage there are thousands a second.
 */
public final class UpstreamFailureException extends Exception {
    private final transient UpstreamFailure failure;

    UpstreamFailureException(UpstreamFailure failure, @Nullable IOException cause) {
        super(failure.message(), cause, false, false);
        this.failure = failure;
    }

    /** What happened. */
    public UpstreamFailure failure() {
        return failure;
    }
}
