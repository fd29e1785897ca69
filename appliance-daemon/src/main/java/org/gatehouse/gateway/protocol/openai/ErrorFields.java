package org.gatehouse.gateway.protocol.openai;

import org.gatehouse.gateway.canonical.ProviderError;

/**
 * A provider's error as a client of OpenAI's is told of it. Troubles between the box and its provider (its key, its account)
 * are the box's: the client learns that the upstream failed, not that its own key is wrong.
 *
 * @param type OpenAI's coarse class
 * @param code what client libraries look at
 */
record ErrorFields(String type, String code) {

    static ErrorFields of(ProviderError error) {
        return switch (error.cause()) {
            case INVALID_REQUEST, UNSUPPORTED -> new ErrorFields("invalid_request_error",
                    error.code() == null ? "invalid_request_error" : error.code());
            case CONTEXT_TOO_LONG -> new ErrorFields("invalid_request_error", "context_length_exceeded");
            case TOO_LARGE -> new ErrorFields("invalid_request_error", "request_too_large");
            case CONTENT_POLICY -> new ErrorFields("invalid_request_error", "content_policy_violation");
            case RATE_LIMITED -> new ErrorFields("rate_limit_error", "rate_limit_exceeded");
            case OVERLOADED -> new ErrorFields("server_error", "service_unavailable");
            case TIMEOUT -> new ErrorFields("server_error", "upstream_timeout");
            case AUTHENTICATION, PERMISSION, NOT_FOUND, OUT_OF_MONEY, SERVER_ERROR, BROKEN_ANSWER -> new ErrorFields(
                    "server_error", "upstream_error");
        };
    }
}
