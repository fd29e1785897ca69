package org.gatehouse.simulated.providers;

import java.util.Arrays;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** The error forms of those who speak OpenAI's dialect, and what each says when it fails. Immutable. */
final class OpenAiErrors {
    private final ChatFlavor flavor;

    OpenAiErrors(ChatFlavor flavor) {
        this.flavor = flavor;
    }

    int status(Problem problem) {
        return switch (problem.kind()) {
            case OVERLOADED -> flavor == ChatFlavor.AZURE || flavor == ChatFlavor.MISTRAL ? 429 : 503;
            case OUT_OF_MONEY -> switch (flavor) {
                case OPENAI, AZURE -> 429;
                case MISTRAL, DEEPSEEK -> 402;
                case DASHSCOPE -> 400;
            };
            default -> problem.kind().status();
        };
    }

    ObjectNode body(Problem problem, String requestId) {
        return switch (flavor) {
            case MISTRAL -> mistral(problem);
            case AZURE -> azure(problem);
            case OPENAI, DEEPSEEK -> wrapped(problem);
            case DASHSCOPE -> wrapped(problem).put("request_id", requestId);
        };
    }

    private ObjectNode wrapped(Problem problem) {
        ObjectNode json = Json.object();
        json.putObject("error").put("message", problem.message()).put("type", type(problem))
                .put("param", problem.parameter()).put("code", code(problem));
        return json;
    }

    private ObjectNode azure(Problem problem) {
        ObjectNode json = wrapped(problem);
        ObjectNode error = (ObjectNode) json.get("error");
        switch (problem.kind()) {
            case FILTERED -> {
                error.putNull("type");
                error.put("param", "prompt").put("code", "content_filter").put("status", 400);
                error.putObject("innererror").put("code", "ResponsibleAIPolicyViolation").set("content_filter_result",
                        ContentFilter.results(true));
            }
            case UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, RATE_LIMITED -> {
                // These come from the service in front of the model, which has its own shape.
                error.remove("type");
                error.remove("param");
            }
            default -> {
                // The model's own errors pass through in OpenAI's shape.
            }
        }
        return json;
    }

    private static ObjectNode mistral(Problem problem) {
        ObjectNode json = Json.object().put("object", "error");
        if (problem.kind() == Problem.Kind.UNPROCESSABLE) {
            ObjectNode detail = Json.object().put("type", problem.code()).put("msg", problem.message());
            ArrayNode place = detail.putArray("loc").add("body");
            String at = problem.parameter();
            Arrays.stream((at == null ? "" : at).split("[.\\[\\]]+")).filter(part -> !part.isEmpty())
                    .forEach(place::add);
            json.putObject("message").putArray("detail").add(detail);
        } else {
            json.put("message", problem.message());
        }
        return json.put("type", switch (problem.kind()) {
            case RATE_LIMITED -> "rate_limited";
            case INTERNAL, UNAVAILABLE -> "internal_server_error";
            case OVERLOADED -> "service_tier_capacity_exceeded";
            case NOT_FOUND -> "invalid_model";
            default -> "invalid_request_error";
        }).putNull("param").put("code", switch (problem.kind()) {
            case RATE_LIMITED -> "1300";
            case OVERLOADED -> "3505";
            case NOT_FOUND -> "1500";
            default -> null;
        }).put("raw_status_code", problem.kind().status());
    }

    private String type(Problem problem) {
        return switch (problem.kind()) {
            case OUT_OF_MONEY -> flavor == ChatFlavor.DEEPSEEK
                    ? "unknown_error"
                    : flavor == ChatFlavor.DASHSCOPE ? "Arrearage" : "insufficient_quota";
            case RATE_LIMITED -> flavor == ChatFlavor.DASHSCOPE
                    ? "limit_requests"
                    : problem.message().contains("tokens per min") ? "tokens" : "requests";
            case INTERNAL, TIMED_OUT -> flavor == ChatFlavor.DASHSCOPE ? "internal_error" : "server_error";
            case UNAVAILABLE, OVERLOADED -> flavor == ChatFlavor.DEEPSEEK
                    ? "service_unavailable_error"
                    : "server_error";
            case UNAUTHENTICATED -> flavor == ChatFlavor.DEEPSEEK ? "authentication_error" : "invalid_request_error";
            case FILTERED -> flavor == ChatFlavor.DASHSCOPE ? "data_inspection_failed" : "invalid_request_error";
            default -> "invalid_request_error";
        };
    }

    private @Nullable String code(Problem problem) {
        String code = problem.code();
        if (code != null) {
            return code;
        }
        return switch (flavor) {
            case DEEPSEEK -> "invalid_request_error";
            case AZURE -> switch (problem.kind()) {
                case UNAUTHENTICATED -> "401";
                case NOT_FOUND -> "404";
                case RATE_LIMITED -> "429";
                case FORBIDDEN -> "403";
                case OUT_OF_MONEY -> "insufficient_quota";
                case FILTERED -> "content_filter";
                default -> null;
            };
            case DASHSCOPE -> switch (problem.kind()) {
                case OUT_OF_MONEY -> "Arrearage";
                case RATE_LIMITED -> "limit_requests";
                case UNAUTHENTICATED -> "invalid_api_key";
                case NOT_FOUND -> "model_not_found";
                case FILTERED -> "data_inspection_failed";
                case INTERNAL, UNAVAILABLE, OVERLOADED -> "internal_error";
                case FORBIDDEN -> "access_denied";
                default -> "invalid_parameter_error";
            };
            default -> switch (problem.kind()) {
                case OUT_OF_MONEY -> "insufficient_quota";
                case RATE_LIMITED -> "rate_limit_exceeded";
                case UNAUTHENTICATED -> "invalid_api_key";
                case FILTERED -> "content_policy_violation";
                default -> null;
            };
        };
    }

    Problem problem(Failure failure) {
        return switch (failure) {
            case RATE_LIMITED -> Problem.of(Problem.Kind.RATE_LIMITED, switch (flavor) {
                case OPENAI -> "Rate limit reached for the model in organization org-simulated on requests per min"
                        + " (RPM): Limit 3, Used 3, Requested 1. Please try again in 20s.";
                case AZURE -> "Requests to the ChatCompletions_Create Operation have exceeded call rate limit of your"
                        + " current pricing tier. Please retry after 10 seconds.";
                case MISTRAL -> "Rate limit exceeded";
                case DEEPSEEK -> "Rate limit reached";
                case DASHSCOPE -> "You exceeded your current requests list.";
            });
            case OUT_OF_MONEY -> Problem.of(Problem.Kind.OUT_OF_MONEY, switch (flavor) {
                case OPENAI, AZURE -> "You exceeded your current quota, please check your plan and billing details.";
                case MISTRAL -> "Payment required";
                case DEEPSEEK -> "Insufficient Balance";
                case DASHSCOPE -> "Access denied, please make sure your account is in good standing.";
            });
            case UNAUTHORIZED -> unauthorized();
            case FORBIDDEN -> Problem.of(Problem.Kind.FORBIDDEN,
                    "You have insufficient permissions for this operation.");
            case OVERLOADED, ERROR_EVENT -> Problem.of(Problem.Kind.OVERLOADED, flavor == ChatFlavor.MISTRAL
                    ? "Service tier capacity exceeded for this model."
                    : "That model is currently overloaded with"
                            + " other requests. You can retry your request.");
            case UNAVAILABLE -> Problem.of(Problem.Kind.UNAVAILABLE, "The server is temporarily unavailable.");
            case TIMED_OUT -> Problem.of(Problem.Kind.TIMED_OUT, "Request timed out.");
            default -> Problem.of(Problem.Kind.INTERNAL,
                    "The server had an error while processing your request. Sorry about that!");
        };
    }

    Problem unauthorized() {
        return Problem.of(Problem.Kind.UNAUTHENTICATED, switch (flavor) {
            case OPENAI, DASHSCOPE -> "Incorrect API key provided. You can find your API key in the console.";
            case AZURE -> "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a"
                    + " valid key for an active subscription.";
            case MISTRAL -> "Unauthorized";
            case DEEPSEEK -> "Authentication Fails, Your api key is invalid";
        });
    }
}
