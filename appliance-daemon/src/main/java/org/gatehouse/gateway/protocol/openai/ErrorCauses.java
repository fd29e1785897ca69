package org.gatehouse.gateway.protocol.openai;

import java.util.List;
import java.util.Locale;
import java.util.Set;

import org.gatehouse.gateway.canonical.ProviderError.Cause;

/**
 * What an error means. Codes say more than the status, and where servers have no codes their texts are known: vLLM, SGLang
 * and llama.cpp tell a prompt that is too long from any other bad request by its text only. Stateless.
 */
final class ErrorCauses {
    private static final Set<String> MONEY = Set.of("insufficient_quota", "billing_hard_limit_reached",
            "billing_not_active", "insufficient_balance", "insufficient_credits", "credits_exhausted",
            "credit_exhausted", "arrearage", "account_balance_exhausted", "payment_required");
    private static final List<String> MONEY_TEXTS = List.of("insufficient balance", "insufficient credits",
            "credit balance is too low", "out of credits", "exceeded your current quota", "billing hard limit",
            "credits exhausted");
    private static final Set<String> CONTEXT = Set.of("context_length_exceeded", "exceed_context_size_error",
            "context_window_exceeded", "max_context_length_exceeded");
    private static final List<String> CONTEXT_TEXTS = List.of("maximum context length", "model's context length",
            "maximum model length", "available context size", "context window", "exceeds the context",
            "prompt is too long", "context_length_exceeded", "range of input length");
    private static final Set<String> CONTENT = Set.of("content_filter", "content_policy_violation",
            "responsibleaipolicyviolation", "data_inspection_failed", "datainspectionfailed", "moderation_blocked",
            "invalid_prompt", "cyber_policy_violation", "image_content_policy_violation");
    private static final Set<String> KEYS = Set.of("invalid_api_key", "invalid_authentication", "authentication_error",
            "invalidapikey", "token_expired", "account_deactivated", "unauthorized");
    private static final Set<String> MISSING = Set.of("model_not_found", "deploymentnotfound", "not_found_error",
            "model_not_available", "notfounderror", "model_not_supported");
    private static final Set<String> BUSY = Set.of("engine_overloaded", "engine_overloaded_error", "overloaded_error",
            "overloaded", "server_overloaded", "service_unavailable", "unavailable_error", "service_unavailable_error",
            "no_healthy_upstream", "slow_down");
    private static final Set<String> RATES = Set.of("rate_limit_exceeded", "rate_limit_error", "too_many_requests",
            "requests", "tokens", "resource_exhausted", "throttling", "rate_limit_reached_error");

    private ErrorCauses() {}

    static Cause of(int status, String code, String type, String inner, String message) {
        List<String> words = List.of(lower(code), lower(type), lower(inner));
        String text = lower(message);
        // Google says "exceeded your current quota" of plain rate limits too.
        boolean money = any(words, MONEY) || status == 402
                || contains(text, MONEY_TEXTS) && !words.contains("resource_exhausted");
        if (money) {
            return Cause.OUT_OF_MONEY;
        }
        if (any(words, CONTENT) || text.contains("content management policy")) {
            return Cause.CONTENT_POLICY;
        }
        if (status == 401 || any(words, KEYS) || text.contains("api key not valid")) {
            return Cause.AUTHENTICATION;
        }
        if (status == 429 || any(words, RATES)) {
            return any(words, BUSY) ? Cause.OVERLOADED : Cause.RATE_LIMITED;
        }
        if (any(words, CONTEXT) || (status < 429 || status == 500) && contains(text, CONTEXT_TEXTS)) {
            return Cause.CONTEXT_TOO_LONG;
        }
        if (status == 404 || any(words, MISSING)) {
            return Cause.NOT_FOUND;
        }
        if (any(words, BUSY)) {
            return Cause.OVERLOADED;
        }
        return byStatus(status, words);
    }

    private static Cause byStatus(int status, List<String> words) {
        return switch (status) {
            case 403 -> Cause.PERMISSION;
            case 413 -> Cause.TOO_LARGE;
            case 408, 504, 524 -> Cause.TIMEOUT;
            case 498, 503, 529 -> Cause.OVERLOADED;
            default -> {
                if (status >= 400 && status < 500) {
                    yield Cause.INVALID_REQUEST;
                }
                if (status < 400 && (words.contains("invalid_request_error") || words.contains("badrequesterror"))) {
                    yield Cause.INVALID_REQUEST;
                }
                yield words.contains("timeout") || words.contains("timeout_error") ? Cause.TIMEOUT : Cause.SERVER_ERROR;
            }
        };
    }

    /** The status that such an error has when it comes with one. */
    static int statusOf(Cause cause) {
        return switch (cause) {
            case INVALID_REQUEST, UNSUPPORTED, CONTEXT_TOO_LONG, CONTENT_POLICY -> 400;
            case TOO_LARGE -> 413;
            case AUTHENTICATION -> 401;
            case PERMISSION -> 403;
            case NOT_FOUND -> 404;
            case RATE_LIMITED -> 429;
            case OUT_OF_MONEY -> 402;
            case OVERLOADED -> 503;
            case TIMEOUT -> 504;
            case SERVER_ERROR -> 500;
            case BROKEN_ANSWER -> 502;
        };
    }

    private static boolean any(List<String> words, Set<String> known) {
        return words.stream().anyMatch(known::contains);
    }

    private static boolean contains(String text, List<String> phrases) {
        return phrases.stream().anyMatch(text::contains);
    }

    private static String lower(String word) {
        return word.toLowerCase(Locale.ROOT);
    }
}
