package org.gatehouse.simulated.providers;

import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Anthropic's API: {@code /v1/messages}, {@code /v1/messages/count_tokens}, {@code /v1/models}. */
final class AnthropicSurface implements Surface {
    private static final Set<String> VERSIONS = Set.of("2026-10-21", "2023-06-01", "2023-01-01");

    private final Simulation simulation;
    private final AnthropicMessage replies;

    AnthropicSurface(Simulation simulation) {
        this.simulation = simulation;
        replies = new AnthropicMessage(simulation);
    }

    @Override
    public String newId() {
        return simulation.ids().next("req_", 24);
    }

    @Override
    public Reply answer(Call call) {
        authenticate(call.received());
        String path = call.received().path();
        String method = call.received().method();
        if (path.equals("/v1/messages") && method.equals("POST")) {
            return messages(call);
        }
        if (path.equals("/v1/messages/count_tokens") && method.equals("POST")) {
            json(call.received());
            AnthropicRequest request = new AnthropicRequest(simulation, call.received().body(), true);
            return Reply.Whole.json(200, Json.object().put("input_tokens", request.prompt().tokens()));
        }
        if (path.equals("/v1/models") && method.equals("GET")) {
            return models();
        }
        if (path.startsWith("/v1/models/") && method.equals("GET")) {
            String id = path.substring("/v1/models/".length());
            if (!simulation.serves(id)) {
                throw new Refused(Problem.notFound("model: " + id));
            }
            return Reply.Whole.json(200, model(id));
        }
        throw new Refused(path.equals("/v1/messages") || path.equals("/v1/models")
                ? Problem.of(Problem.Kind.METHOD, "Method Not Allowed")
                : Problem.notFound("Not found"));
    }

    private void authenticate(Received received) {
        String key = received.header("x-api-key");
        String authorization = received.header("authorization");
        // Anthropic's Java client sends API keys as bearer tokens at 3.11.0, under version 2026-10-21.
        if (key == null && authorization != null && authorization.startsWith("Bearer ")) {
            key = authorization.substring("Bearer ".length());
        }
        if (key == null) {
            throw new Refused(Problem.of(Problem.Kind.UNAUTHENTICATED, "x-api-key header is required"));
        }
        if (!key.equals(simulation.options().apiKey())) {
            throw new Refused(Problem.of(Problem.Kind.UNAUTHENTICATED, "invalid x-api-key"));
        }
        String version = received.header("anthropic-version");
        if (version == null) {
            throw Refused.invalid("anthropic-version: header is required");
        }
        if (!VERSIONS.contains(version)) {
            throw Refused.invalid("anthropic-version: \"" + version + "\" is not a valid version. Please refer to the"
                    + " documentation for valid versions.");
        }
    }

    private static void json(Received received) {
        String type = received.header("content-type");
        if (type == null || !type.startsWith("application/json")) {
            throw Refused.invalid("Content type must be application/json");
        }
    }

    private Reply messages(Call call) {
        json(call.received());
        AnthropicRequest request = new AnthropicRequest(simulation, call.received().body(), false);
        call.streams(request.streamed());
        call.directed(request.ask().directive());
        return replies.reply(request);
    }

    private Reply models() {
        ArrayNode data = Json.array();
        simulation.models().forEach(id -> data.add(model(id)));
        ObjectNode page = Json.object();
        page.set("data", data);
        List<String> models = simulation.models();
        return Reply.Whole.json(200, page.put("has_more", false).put("first_id", models.getFirst()).put("last_id",
                models.getLast()));
    }

    private static ObjectNode model(String id) {
        return Json.object().put("type", "model").put("id", id).put("display_name", "[simulated] " + id)
                .put("created_at", "2025-01-01T00:00:00Z");
    }

    @Override
    public Reply.Whole refusal(Problem problem, Call call) {
        return Reply.Whole.json(problem.kind().status(), error(problem, call));
    }

    private static ObjectNode error(Problem problem, Call call) {
        ObjectNode error = Json.object().put("type", "error");
        error.putObject("error").put("type", type(problem.kind())).put("message", problem.message());
        return error.put("request_id", call.id());
    }

    private static String type(Problem.Kind kind) {
        return switch (kind) {
            case INVALID, UNPROCESSABLE, FILTERED, METHOD -> "invalid_request_error";
            case UNAUTHENTICATED -> "authentication_error";
            case OUT_OF_MONEY -> "billing_error";
            case FORBIDDEN -> "permission_error";
            case NOT_FOUND -> "not_found_error";
            case TIMED_OUT -> "timeout_error";
            case TOO_LARGE -> "request_too_large";
            case RATE_LIMITED -> "rate_limit_error";
            case INTERNAL, UNAVAILABLE -> "api_error";
            case OVERLOADED -> "overloaded_error";
        };
    }

    @Override
    public Frame errorEvent(Problem problem, Call call) {
        return Frame.closing("event: error\ndata: " + Json.text(error(problem, call)) + "\n\n");
    }

    @Override
    public Problem problem(Failure failure) {
        return switch (failure) {
            case OVERLOADED, ERROR_EVENT -> Problem.of(Problem.Kind.OVERLOADED, "Overloaded");
            case UNAVAILABLE -> Problem.of(Problem.Kind.UNAVAILABLE, "Service temporarily unavailable");
            case RATE_LIMITED -> Problem.of(Problem.Kind.RATE_LIMITED, "This request would exceed your organization's"
                    + " rate limit of tokens per minute. Please reduce the prompt length or the maximum tokens"
                    + " requested, or try again later.");
            // Anthropic says it with status 400, so only the message tells it from a bad request.
            case OUT_OF_MONEY -> Problem.invalid("Your credit balance is too low to access the Anthropic API. Please go"
                    + " to Plans & Billing to upgrade or purchase credits.");
            case UNAUTHORIZED -> Problem.of(Problem.Kind.UNAUTHENTICATED, "invalid x-api-key");
            case FORBIDDEN -> Problem.of(Problem.Kind.FORBIDDEN,
                    "Your API key does not have permission to use the specified resource.");
            case TIMED_OUT -> Problem.of(Problem.Kind.TIMED_OUT, "The request timed out while processing.");
            default -> Problem.of(Problem.Kind.INTERNAL, "Internal server error");
        };
    }

    @Override
    public void headers(Call call, RateWindow.State rates) {
        call.header("request-id", call.id());
        call.header("anthropic-organization-id", "00000000-0000-4000-8000-000000000000");
        String resets = rates.resets().truncatedTo(ChronoUnit.SECONDS).toString();
        call.header("anthropic-ratelimit-requests-limit", Integer.toString(rates.requestLimit()));
        call.header("anthropic-ratelimit-requests-remaining", Integer.toString(rates.requestsLeft()));
        call.header("anthropic-ratelimit-requests-reset", resets);
        for (String kind : List.of("tokens", "input-tokens", "output-tokens")) {
            call.header("anthropic-ratelimit-" + kind + "-limit", Integer.toString(rates.tokenLimit()));
            call.header("anthropic-ratelimit-" + kind + "-remaining", Integer.toString(rates.tokensLeft()));
            call.header("anthropic-ratelimit-" + kind + "-reset", resets);
        }
    }
}
