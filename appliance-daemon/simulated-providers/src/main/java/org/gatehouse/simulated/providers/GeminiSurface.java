package org.gatehouse.simulated.providers;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** Gemini's paths: with an API key as AI Studio has them, or with an OAuth token as Vertex has them. */
final class GeminiSurface implements Surface {
    private static final GoogleWording WORDING = new GoogleWording();
    private static final Pattern STUDIO = Pattern.compile("/v1(?:beta)?/models/([^/:]+):([a-zA-Z]+)");
    private static final Pattern VERTEX = Pattern.compile(
            "/v1(?:beta1)?/projects/([^/]+)/locations/([^/]+)/publishers/google/models/([^/:]+):([a-zA-Z]+)");
    private static final String COMPATIBLE = "/v1beta/openai/embeddings";
    private static final int USUAL_DIMENSIONS = 256;

    private final Simulation simulation;
    private final @Nullable TokenEndpoint tokens;

    GeminiSurface(Simulation simulation, @Nullable ServiceAccount account) {
        this.simulation = simulation;
        tokens = account == null ? null : new TokenEndpoint(account, simulation);
    }

    @Override
    public String newId() {
        return simulation.ids().next("", 22);
    }

    @Override
    public Reply answer(Call call) {
        Received received = call.received();
        if (tokens != null && received.rawPath().equals("/token")) {
            return tokens.answer(received);
        }
        if (tokens == null && received.method().equals("POST") && received.rawPath().equals(COMPATIBLE)) {
            return compatibleEmbeddings(received);
        }
        authenticate(received);
        String path = received.path();
        if (received.method().equals("GET") && tokens == null && path.matches("/v1(beta)?/models(/[^/:]+)?")) {
            return models(path);
        }
        Matcher matcher = (tokens == null ? STUDIO : VERTEX).matcher(path);
        if (!received.method().equals("POST") || !matcher.matches()) {
            throw new Refused(Problem.notFound("Requested entity was not found."));
        }
        if (tokens != null && (!matcher.group(1).equals(simulation.options().account().project())
                || !matcher.group(2).equals(simulation.options().account().location())
                        && !matcher.group(2).equals("global"))) {
            throw new Refused(Problem.of(Problem.Kind.FORBIDDEN, "Permission 'aiplatform.endpoints.predict' denied on"
                    + " resource '" + path.substring(path.indexOf("projects")) + "' (or it may not exist)."));
        }
        String model = matcher.group(tokens == null ? 1 : 3);
        if (!simulation.serves(model)) {
            throw new Refused(Problem.notFound(tokens == null
                    ? "models/" + model + " is not found for API version"
                            + " v1beta, or is not supported for generateContent. Call ListModels to see the list of available"
                            + " models and their supported methods."
                    : "Publisher Model `" + model + "` was not found or your"
                            + " project does not have access to it."));
        }
        return method(call, model, matcher.group(tokens == null ? 2 : 4));
    }

    /** AI Studio's API in OpenAI's shape, which takes the key as a bearer token. */
    private Reply compatibleEmbeddings(Received received) {
        if (!("Bearer " + simulation.options().apiKey()).equals(received.header("authorization"))) {
            throw new Refused(new Problem(Problem.Kind.INVALID, "API key not valid. Please pass a valid API key.", null,
                    "API_KEY_INVALID"));
        }
        return EmbeddingsReply.reply(simulation, ChatFlavor.OPENAI, received.body(), null);
    }

    private Reply method(Call call, String model, String method) {
        Fields body = Fields.of(call.received().body(), WORDING);
        switch (method) {
            case "generateContent" -> {
                GeminiRequest request = generate(call, model, body);
                return new GeminiReply(simulation, request, model).whole();
            }
            case "streamGenerateContent" -> {
                call.streams(true);
                GeminiRequest request = generate(call, model, body);
                return new GeminiReply(simulation, request, model)
                        .streamed("sse".equals(call.received().query().get("alt")));
            }
            case "countTokens" -> {
                return count(model, body);
            }
            case "embedContent" -> {
                return embed(model, body);
            }
            case "batchEmbedContents" -> {
                return embedAll(model, body);
            }
            case "predict" -> {
                return predict(model, body);
            }
            default -> throw new Refused(Problem.notFound("Requested entity was not found."));
        }
    }

    private GeminiRequest generate(Call call, String model, Fields body) {
        GeminiRequest request = new GeminiRequest(simulation, model, body);
        call.directed(request.ask().directive());
        return request;
    }

    private Reply count(String model, Fields body) {
        Fields inner = body.object("generateContentRequest");
        if (inner == null) {
            body.only(Set.of("contents", "model", "systemInstruction", "tools", "generationConfig", "instances"));
            if (tokens == null && (body.has("tools") || body.has("systemInstruction"))) {
                throw new Refused(WORDING.unknown("", body.has("tools") ? "tools" : "systemInstruction"));
            }
        }
        GeminiRequest request = new GeminiRequest(simulation, model, inner == null ? body : inner);
        ObjectNode reply = Json.object().put("totalTokens", request.prompt().tokens());
        reply.putArray("promptTokensDetails").addObject().put("modality", "TEXT").put("tokenCount",
                request.prompt().tokens());
        return Reply.Whole.json(200, reply);
    }

    private Reply embed(String model, Fields body) {
        String text = embedded(body);
        ObjectNode reply = Json.object();
        reply.set("embedding", values(text, body));
        int count = Tokenizer.count(text);
        reply.putObject("usageMetadata").put("promptTokenCount", count);
        return Reply.Whole.json(reply, new Bill(model, count, 0));
    }

    private Reply embedAll(String model, Fields body) {
        ArrayNode embeddings = Json.array();
        int count = 0;
        for (Fields request : body.only("requests", "model").objects("requests")) {
            if (!request.text("model").equals("models/" + model)) {
                throw Refused.invalid("* BatchEmbedContentsRequest.requests[" + embeddings.size() + "].model: model"
                        + " must match the model in BatchEmbedContentsRequest.");
            }
            String text = embedded(request);
            count += Tokenizer.count(text);
            embeddings.add(values(text, request));
        }
        if (embeddings.isEmpty()) {
            throw Refused.invalid("* BatchEmbedContentsRequest.requests: at least one request is required");
        }
        ObjectNode reply = Json.object();
        reply.set("embeddings", embeddings);
        reply.putObject("usageMetadata").put("promptTokenCount", count);
        return Reply.Whole.json(reply, new Bill(model, count, 0));
    }

    private static String embedded(Fields request) {
        request.only("model", "content", "taskType", "title", "outputDimensionality", "autoTruncate",
                "embedContentConfig");
        List<String> texts = new ArrayList<>();
        for (Fields part : request.needObject("content").only("parts", "role").objects("parts")) {
            texts.add(part.text("text"));
        }
        if (texts.isEmpty()) {
            throw Refused.invalid("* EmbedContentRequest.content: contents is not specified");
        }
        return String.join("\n", texts);
    }

    private static ObjectNode values(String text, Fields request) {
        ObjectNode embedding = Json.object();
        embedding.set("values", Vectors.json(Vectors.of(text,
                request.integer("outputDimensionality", USUAL_DIMENSIONS, 1, 3_072))));
        return embedding;
    }

    private Reply predict(String model, Fields body) {
        ArrayNode predictions = Json.array();
        int total = 0;
        Fields parameters = body.only("instances", "parameters").object("parameters");
        int dimensions = parameters == null
                ? USUAL_DIMENSIONS
                : parameters.integer("outputDimensionality", USUAL_DIMENSIONS, 1, 3_072);
        for (Fields instance : body.objects("instances")) {
            String text = instance.only("content", "task_type", "taskType", "title").text("content");
            int count = Tokenizer.count(text);
            total += count;
            ObjectNode embeddings = predictions.addObject().putObject("embeddings");
            embeddings.set("values", Vectors.json(Vectors.of(text, dimensions)));
            embeddings.putObject("statistics").put("token_count", count).put("truncated", false);
        }
        return Reply.Whole.json(Json.object().<ObjectNode>set("predictions", predictions), new Bill(model, total, 0));
    }

    private Reply models(String path) {
        String name = path.substring(path.indexOf("models") + "models".length());
        if (!name.isEmpty()) {
            if (!simulation.serves(name.substring(1))) {
                throw new Refused(Problem.notFound("Model is not found: models" + name));
            }
            return Reply.Whole.json(200, model(name.substring(1)));
        }
        ArrayNode models = Json.array();
        simulation.models().forEach(id -> models.add(model(id)));
        return Reply.Whole.json(200, Json.object().<ObjectNode>set("models", models));
    }

    private static ObjectNode model(String id) {
        ObjectNode model = Json.object().put("name", "models/" + id).put("version", "simulated").put("displayName",
                "[simulated] " + id).put("inputTokenLimit", 1_048_576).put("outputTokenLimit", 65_536);
        ArrayNode methods = model.putArray("supportedGenerationMethods");
        (id.contains("embedding")
                ? List.of("embedContent", "countTokens")
                : List.of("generateContent", "countTokens")).forEach(methods::add);
        return model;
    }

    private void authenticate(Received received) {
        if (tokens != null) {
            String authorization = received.header("authorization");
            String token = authorization != null && authorization.startsWith("Bearer ")
                    ? authorization.substring("Bearer ".length())
                    : "";
            if (!token.equals(simulation.options().apiKey()) && !tokens.issued(token)) {
                throw new Refused(Problem.of(Problem.Kind.UNAUTHENTICATED, "Request had invalid authentication"
                        + " credentials. Expected OAuth 2 access token, login cookie or other valid authentication"
                        + " credential."));
            }
            return;
        }
        String key = received.header("x-goog-api-key");
        key = key == null ? received.query().get("key") : key;
        if (key == null) {
            throw new Refused(Problem.of(Problem.Kind.FORBIDDEN, "Method doesn't allow unregistered callers (callers"
                    + " without established identity). Please use API Key or other form of API consumer identity to"
                    + " call this API."));
        }
        if (!key.equals(simulation.options().apiKey())) {
            // Google answers a wrong key with 400, not 401.
            throw new Refused(new Problem(Problem.Kind.INVALID, "API key not valid. Please pass a valid API key.", null,
                    "API_KEY_INVALID"));
        }
    }

    @Override
    public Reply.Whole refusal(Problem problem, Call call) {
        ObjectNode error = error(problem);
        boolean array = call.received().rawPath().endsWith(":streamGenerateContent")
                && !"sse".equals(call.received().query().get("alt"));
        return Reply.Whole.json(status(problem), array ? Json.array().add(error) : error);
    }

    private static int status(Problem problem) {
        return switch (problem.kind()) {
            case OVERLOADED -> 503;
            case OUT_OF_MONEY -> 429;
            case TIMED_OUT -> 504;
            case METHOD, UNPROCESSABLE, FILTERED -> 400;
            default -> problem.kind().status();
        };
    }

    private static ObjectNode error(Problem problem) {
        ObjectNode json = Json.object();
        ObjectNode error = json.putObject("error").put("code", status(problem)).put("message", problem.message())
                .put("status", switch (problem.kind()) {
                    case INVALID, UNPROCESSABLE, FILTERED, METHOD, TOO_LARGE -> "INVALID_ARGUMENT";
                    case UNAUTHENTICATED -> "UNAUTHENTICATED";
                    case FORBIDDEN -> "PERMISSION_DENIED";
                    case NOT_FOUND -> "NOT_FOUND";
                    case TIMED_OUT -> "DEADLINE_EXCEEDED";
                    case RATE_LIMITED, OUT_OF_MONEY -> "RESOURCE_EXHAUSTED";
                    case INTERNAL -> "INTERNAL";
                    case UNAVAILABLE, OVERLOADED -> "UNAVAILABLE";
                });
        details(problem, error);
        return json;
    }

    private static void details(Problem problem, ObjectNode error) {
        if (problem.kind() == Problem.Kind.RATE_LIMITED) {
            ArrayNode details = error.putArray("details");
            details.addObject().put("@type", "type.googleapis.com/google.rpc.QuotaFailure").putArray("violations")
                    .addObject().put("quotaMetric", "generate_requests_per_model").put("quotaId",
                            "GenerateRequestsPerMinutePerProjectPerModel");
            details.addObject().put("@type", "type.googleapis.com/google.rpc.RetryInfo").put("retryDelay", "20s");
        } else if ("API_KEY_INVALID".equals(problem.code())) {
            JsonNode info = Json.object().put("@type", "type.googleapis.com/google.rpc.ErrorInfo").put("reason",
                    "API_KEY_INVALID").put("domain", "googleapis.com");
            error.putArray("details").add(info);
        }
    }

    @Override
    public Frame errorEvent(Problem problem, Call call) {
        String json = Json.text(error(problem));
        return Frame.closing("sse".equals(call.received().query().get("alt"))
                ? "data: " + json + "\r\n\r\n"
                : ",\r\n" + json + "]");
    }

    @Override
    public Problem problem(Failure failure) {
        return switch (failure) {
            case RATE_LIMITED -> Problem.of(Problem.Kind.RATE_LIMITED, "You exceeded your current quota, please check"
                    + " your plan and billing details. Please retry in 20s.");
            case OUT_OF_MONEY -> Problem.of(Problem.Kind.OUT_OF_MONEY, "Your prepayment credits are depleted. Please go"
                    + " to AI Studio to manage your project and billing.");
            case UNAUTHORIZED -> tokens == null
                    ? new Problem(Problem.Kind.INVALID,
                            "API key not valid. Please pass a valid API key.", null, "API_KEY_INVALID")
                    : Problem.of(Problem.Kind.UNAUTHENTICATED, "Request had invalid authentication credentials.");
            case FORBIDDEN -> Problem.of(Problem.Kind.FORBIDDEN, "The caller does not have permission");
            case OVERLOADED, ERROR_EVENT -> Problem.of(Problem.Kind.OVERLOADED,
                    "The model is overloaded. Please try again later.");
            case UNAVAILABLE -> Problem.of(Problem.Kind.UNAVAILABLE, "The service is currently unavailable.");
            case TIMED_OUT -> Problem.of(Problem.Kind.TIMED_OUT, "Deadline expired before operation could complete.");
            default -> Problem.of(Problem.Kind.INTERNAL, "An internal error has occurred. Please retry.");
        };
    }

    @Override
    public void headers(Call call, RateWindow.State rates) {
        // Google sends no rate-limit headers.
        call.header("server-timing", "gfet4t7; dur=1");
        call.header("vary", "X-Origin, Referer");
    }
}
