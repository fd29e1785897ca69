package org.gatehouse.gateway.exchange;

/** Why a call got no ordinary answer: the rows of the contract's error table. */
public enum Reason {
    INVALID_API_KEY(401, "invalid_api_key"), //
    MODEL_NOT_ALLOWED(403, "model_not_allowed"), //
    ADDRESS_NOT_ALLOWED(403, "address_not_allowed"), //
    ENDPOINT_NOT_ALLOWED(403, "endpoint_not_allowed"), //
    MODEL_NOT_FOUND(404, "model_not_found"), //
    ROUTE_LOOPS(404, "route_loops"), //
    NOT_FOUND(404, "not_found"), //
    UNKNOWN_PATH(404, "unknown_path"), //
    METHOD_NOT_ALLOWED(405, "method_not_allowed"), //
    INVALID_REQUEST(400, "invalid_request_error"), //
    CONTEXT_TOO_LONG(400, "context_length_exceeded"), //
    REQUEST_TIMEOUT(408, "request_timeout"), //
    UPGRADE_REQUIRED(426, "upgrade_required"), //
    REQUEST_TOO_LARGE(413, "request_too_large"), //
    CONTENT_POLICY(400, "content_policy_violation"), //
    RATE_LIMITED(429, "rate_limit_exceeded"), //
    QUOTA_USED_UP(429, "insufficient_quota"), //
    MODEL_BUSY(429, "model_busy"), //
    UPSTREAM_ERROR(502, "upstream_error"), //
    UPSTREAM_TIMEOUT(504, "upstream_timeout"), //
    NO_HEALTHY_UPSTREAM(503, "no_healthy_upstream"), //
    UNAVAILABLE(503, "service_unavailable");

    private final int status;
    private final String code;

    Reason(int status, String code) {
        this.status = status;
        this.code = code;
    }

    /** The HTTP status of the answer. */
    public int status() {
        return status;
    }

    /** The contract's stable code, whatever the dialect. */
    public String code() {
        return code;
    }

    /** Whether an upstream was asked and failed, rather than the gateway saying no. */
    public boolean upstreamFailed() {
        return this == UPSTREAM_ERROR || this == UPSTREAM_TIMEOUT;
    }
}
