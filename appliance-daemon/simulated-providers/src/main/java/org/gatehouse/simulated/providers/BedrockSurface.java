package org.gatehouse.simulated.providers;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Bedrock's runtime: Converse and ConverseStream, signed; and the list of models of its control plane. */
final class BedrockSurface implements Surface {
    private static final Pattern CONVERSE = Pattern.compile("/model/([^/]+|arn:.+)/(converse|converse-stream)");

    private final Simulation simulation;
    private final SignatureCheck signatures;

    BedrockSurface(Simulation simulation) {
        this.simulation = simulation;
        signatures = new SignatureCheck(simulation.options().account(), "bedrock");
    }

    @Override
    public String newId() {
        return simulation.ids().uuid();
    }

    @Override
    public Reply answer(Call call) {
        Received received = call.received();
        // Bedrock takes long-lived API keys as bearer tokens beside signatures.
        if (!("Bearer " + simulation.options().apiKey()).equals(received.header("authorization"))) {
            signatures.check(received, simulation.clock().instant());
        }
        if (received.method().equals("GET") && received.rawPath().equals("/foundation-models")) {
            return models();
        }
        Matcher matcher = CONVERSE.matcher(received.path());
        if (!received.method().equals("POST") || !matcher.matches()) {
            throw new Refused(new Problem(Problem.Kind.NOT_FOUND, "", null, "UnknownOperationException"));
        }
        String type = received.header("content-type");
        if (type == null || !type.startsWith("application/json")) {
            throw Refused.invalid("Content-Type must be application/json");
        }
        String model = matcher.group(1);
        // An inference profile is the model with its region's letters before it.
        if (!simulation.serves(model) && !simulation.serves(model.replaceFirst("^(us|eu|apac|global)\\.", ""))) {
            throw Refused.invalid("The provided model identifier is invalid.");
        }
        boolean streams = matcher.group(2).equals("converse-stream");
        call.streams(streams);
        ConverseRequest request = new ConverseRequest(simulation, received.body());
        call.directed(request.ask().directive());
        ConverseReply reply = new ConverseReply(simulation, request, model);
        return streams ? reply.streamed() : reply.whole();
    }

    private Reply models() {
        ArrayNode summaries = Json.array();
        for (String id : simulation.models()) {
            ObjectNode model = summaries.addObject().put("modelId", id)
                    .put("modelArn", "arn:aws:bedrock:" + simulation.options().account().region()
                            + "::foundation-model/" + id)
                    .put("modelName", "[simulated] " + id).put("providerName", "simulated")
                    .put("responseStreamingSupported", true);
            model.putArray("inputModalities").add("TEXT").add("IMAGE");
            model.putArray("outputModalities").add("TEXT");
            model.putArray("inferenceTypesSupported").add("ON_DEMAND");
        }
        return Reply.Whole.json(200, Json.object().<ObjectNode>set("modelSummaries", summaries));
    }

    @Override
    public Reply.Whole refusal(Problem problem, Call call) {
        call.header("x-amzn-ErrorType", exception(problem) + ":http://internal.amazon.com/coral/com.amazon.bedrock/");
        return Reply.Whole.json(status(problem), Json.object().put("message", problem.message()));
    }

    private static int status(Problem problem) {
        return switch (problem.kind()) {
            case OVERLOADED -> 429;
            case OUT_OF_MONEY -> 400;
            case UNAUTHENTICATED -> 403;
            default -> problem.kind().status();
        };
    }

    private static String exception(Problem problem) {
        String code = problem.code();
        if (code != null) {
            return code;
        }
        return switch (problem.kind()) {
            case INVALID, UNPROCESSABLE, FILTERED, METHOD, TOO_LARGE -> "ValidationException";
            case UNAUTHENTICATED -> "UnrecognizedClientException";
            case FORBIDDEN -> "AccessDeniedException";
            case OUT_OF_MONEY -> "ServiceQuotaExceededException";
            case NOT_FOUND -> "ResourceNotFoundException";
            case TIMED_OUT -> "ModelTimeoutException";
            case RATE_LIMITED -> "ThrottlingException";
            case INTERNAL -> "InternalServerException";
            case UNAVAILABLE -> "ServiceUnavailableException";
            case OVERLOADED -> "ModelNotReadyException";
        };
    }

    @Override
    public Frame errorEvent(Problem problem, Call call) {
        return new Frame(EventStreamMessage.exception("throttlingException",
                Json.object().put("message", problem.message())), 0, true);
    }

    @Override
    public Problem problem(Failure failure) {
        return switch (failure) {
            case RATE_LIMITED -> Problem.of(Problem.Kind.RATE_LIMITED,
                    "Too many requests, please wait before trying again.");
            case OVERLOADED -> Problem.of(Problem.Kind.OVERLOADED, "Model is not ready for inference. Please wait and"
                    + " try your request again.");
            case ERROR_EVENT -> Problem.of(Problem.Kind.RATE_LIMITED, "Too many tokens, please wait before trying"
                    + " again.");
            case OUT_OF_MONEY -> Problem.of(Problem.Kind.OUT_OF_MONEY,
                    "Too many tokens per day, please wait before trying again.");
            case UNAUTHORIZED -> Problem.of(Problem.Kind.UNAUTHENTICATED,
                    "The security token included in the request is invalid.");
            case FORBIDDEN -> Problem.of(Problem.Kind.FORBIDDEN, "You don't have access to the model with the specified"
                    + " model ID.");
            case UNAVAILABLE -> Problem.of(Problem.Kind.UNAVAILABLE, "Bedrock is unable to process your request.");
            case TIMED_OUT -> Problem.of(Problem.Kind.TIMED_OUT, "Model has timed out in processing the request. Try"
                    + " your request again.");
            default -> Problem.of(Problem.Kind.INTERNAL, "The system encountered an unexpected error during"
                    + " processing. Try your request again.");
        };
    }

    @Override
    public boolean binary() {
        return true;
    }

    @Override
    public void headers(Call call, RateWindow.State rates) {
        // Bedrock tells no limits in headers.
        call.header("x-amzn-RequestId", call.id());
    }
}
