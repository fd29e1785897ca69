package org.gatehouse.gateway.protocol.anthropic;

import org.gatehouse.gateway.canonical.ProviderError;

/** Anthropic's words for errors; its client libraries know these and no others. */
final class ErrorTypes {

    private ErrorTypes() {}

    static String of(ProviderError.Cause cause) {
        return switch (cause) {
            case INVALID_REQUEST, UNSUPPORTED, CONTEXT_TOO_LONG, CONTENT_POLICY -> "invalid_request_error";
            case TOO_LARGE -> "request_too_large";
            case AUTHENTICATION -> "authentication_error";
            case PERMISSION -> "permission_error";
            case NOT_FOUND -> "not_found_error";
            case RATE_LIMITED -> "rate_limit_error";
            case OUT_OF_MONEY -> "billing_error";
            case OVERLOADED -> "overloaded_error";
            case TIMEOUT -> "timeout_error";
            case SERVER_ERROR, BROKEN_ANSWER -> "api_error";
        };
    }
}
