package org.gatehouse.simulated.providers;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** The paths of those who speak OpenAI's dialect, with each one's way to name keys and versions. */
final class OpenAiSurface implements Surface {
    private static final Pattern DEPLOYMENT = Pattern.compile("/openai/deployments/([^/]+)(/.*)");
    private static final Pattern API_VERSION = Pattern.compile("\\d{4}-\\d{2}-\\d{2}(-preview)?");

    private final Simulation simulation;
    private final ChatFlavor flavor;
    private final OpenAiErrors errors;
    private final StoredResponses stored = new StoredResponses();

    OpenAiSurface(Simulation simulation, ChatFlavor flavor) {
        this.simulation = simulation;
        this.flavor = flavor;
        errors = new OpenAiErrors(flavor);
    }

    @Override
    public String newId() {
        return flavor == ChatFlavor.OPENAI ? simulation.ids().hex("req_", 32) : simulation.ids().uuid();
    }

    @Override
    public Reply answer(Call call) {
        authenticate(call.received());
        String path = call.received().path();
        if (flavor == ChatFlavor.AZURE) {
            return azure(call, path);
        }
        // DeepSeek answers with and without the version.
        String prefix = switch (flavor) {
            case DASHSCOPE -> "/compatible-mode/v1";
            case DEEPSEEK -> path.startsWith("/v1/") ? "/v1" : "";
            default -> "/v1";
        };
        if (!path.startsWith(prefix)) {
            throw noSuchPath(call);
        }
        return route(call, path.substring(prefix.length()), null);
    }

    private Reply azure(Call call, String path) {
        if (path.startsWith("/openai/v1/")) {
            return route(call, path.substring("/openai/v1".length()), null);
        }
        String version = call.received().query().get("api-version");
        Matcher deployment = DEPLOYMENT.matcher(path);
        if (version == null || !API_VERSION.matcher(version).matches()) {
            throw new Refused(new Problem(Problem.Kind.NOT_FOUND, "Resource not found", null, "404"));
        }
        if (!deployment.matches()) {
            return route(call, path.substring(Math.min(path.length(), "/openai".length())), null);
        }
        return route(call, deployment.group(2), deployment.group(1));
    }

    /** What is behind the prefix of a version: also for those who have such an API beside their own. */
    Reply route(Call call, String path, @Nullable String deployment) {
        String method = call.received().method();
        byte[] body = call.received().body();
        if (method.equals("POST")) {
            String type = call.received().header("content-type");
            if (type == null || !type.startsWith("application/json")) {
                throw new Refused(Problem.invalid("you must provide a JSON body with the content-type"
                        + " application/json"));
            }
        }
        if (method.equals("POST") && path.equals("/chat/completions")) {
            return chat(call, new ChatRequest(simulation, flavor, body, deployment));
        }
        boolean openai = flavor == ChatFlavor.OPENAI || flavor == ChatFlavor.AZURE;
        if (method.equals("POST") && path.equals("/responses") && openai && deployment == null) {
            ResponsesRequest request = new ResponsesRequest(simulation, stored, body, flavor);
            call.streams(request.streamed());
            call.directed(request.ask().directive());
            flagged(call.directive());
            return new ResponsesReply(simulation, request).reply(stored);
        }
        if (path.startsWith("/responses/") && openai) {
            return storedResponse(method, path.substring("/responses/".length()));
        }
        if (method.equals("POST") && path.equals("/embeddings") && flavor != ChatFlavor.DEEPSEEK) {
            return EmbeddingsReply.reply(simulation, flavor, body, deployment);
        }
        if (method.equals("GET") && path.equals("/realtime") && openai && deployment == null) {
            return realtime(call);
        }
        if (method.equals("GET") && path.equals("/models")) {
            ArrayNode data = Json.array();
            simulation.models().forEach(id -> data.add(model(id)));
            return Reply.Whole.json(200, Json.object().put("object", "list").<ObjectNode>set("data", data));
        }
        if (method.equals("GET") && path.startsWith("/models/")) {
            String id = path.substring("/models/".length());
            if (!simulation.serves(id)) {
                throw new Refused(ChatRequest.unknownModel(ChatFlavor.OPENAI, id));
            }
            return Reply.Whole.json(200, model(id));
        }
        throw noSuchPath(call);
    }

    /** Azure's dated API names a deployment where the others name a model. */
    private Reply realtime(Call call) {
        Received received = call.received();
        boolean dated = flavor == ChatFlavor.AZURE && !received.path().startsWith("/openai/v1/");
        String model = received.query().get(dated ? "deployment" : "model");
        if (!"websocket".equalsIgnoreCase(received.header("upgrade"))
                || !"13".equals(received.header("sec-websocket-version"))
                || received.header("sec-websocket-key") == null) {
            throw Refused.invalid("[simulated] Realtime is spoken over a WebSocket of version 13.");
        }
        if (model == null) {
            throw Refused.invalid("you must provide a model parameter");
        }
        if (!simulation.serves(model)) {
            throw new Refused(ChatRequest.unknownModel(ChatFlavor.OPENAI, model));
        }
        String beta = received.header("openai-beta");
        call.asksFor(new Call.Realtime(model, dated || beta != null && beta.contains("realtime=v1")));
        return Reply.Whole.json(200, Json.object());
    }

    private Reply chat(Call call, ChatRequest request) {
        call.streams(request.streamed());
        call.directed(request.ask().directive());
        flagged(call.directive());
        return new ChatReply(simulation, request).reply();
    }

    private static void flagged(Directive directive) {
        if (directive.has("flagged")) {
            throw new Refused(Problem.of(Problem.Kind.FILTERED, "The response was filtered due to the prompt triggering"
                    + " the content management policy. Please modify your prompt and retry."));
        }
    }

    private Reply storedResponse(String method, String id) {
        StoredResponses.Stored found = stored.find(id);
        if (found == null) {
            throw new Refused(new Problem(Problem.Kind.NOT_FOUND, "Response with id '" + id + "' not found.", null,
                    null));
        }
        if (method.equals("DELETE")) {
            stored.forget(id);
            return Reply.Whole.json(200, Json.object().put("id", id).put("object", "response").put("deleted", true));
        }
        return Reply.Whole.json(200, found.response());
    }

    private ObjectNode model(String id) {
        return Json.object().put("id", id).put("object", "model").put("created", 1_700_000_000).put("owned_by",
                "simulated");
    }

    private static Refused noSuchPath(Call call) {
        return new Refused(Problem.notFound("Invalid URL (" + call.received().method() + " "
                + call.received().rawPath() + ")"));
    }

    private void authenticate(Received received) {
        String authorization = received.header("authorization");
        String key = flavor == ChatFlavor.AZURE ? received.header("api-key") : null;
        if (key == null && authorization != null && authorization.startsWith("Bearer ")) {
            key = authorization.substring("Bearer ".length());
        }
        if (key == null && flavor == ChatFlavor.OPENAI) {
            throw new Refused(new Problem(Problem.Kind.UNAUTHENTICATED, "You didn't provide an API key. You need to"
                    + " provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer"
                    + " YOUR_KEY).", null, null));
        }
        if (!simulation.options().apiKey().equals(key)) {
            throw new Refused(errors.unauthorized());
        }
    }

    @Override
    public Reply.Whole refusal(Problem problem, Call call) {
        return Reply.Whole.json(errors.status(problem), errors.body(problem, call.id()));
    }

    @Override
    public Frame errorEvent(Problem problem, Call call) {
        ObjectNode error = errors.body(problem, call.id());
        if (call.received().path().endsWith("/responses")) {
            ObjectNode event = Json.object().put("type", "error").put("code", "server_error")
                    .put("message", problem.message()).putNull("param").put("sequence_number", 99);
            return Frame.closing("event: error\ndata: " + Json.text(event) + "\n\n");
        }
        return Frame.closing("data: " + Json.text(error) + "\n\n");
    }

    @Override
    public Problem problem(Failure failure) {
        return errors.problem(failure);
    }

    @Override
    public boolean looksLikeChat() {
        return true;
    }

    @Override
    public void headers(Call call, RateWindow.State rates) {
        switch (flavor) {
            case OPENAI -> {
                call.header("x-request-id", call.id());
                call.header("openai-version", "2020-10-01");
                call.header("openai-processing-ms", "1");
                openAiRates(call, rates);
                call.header("x-ratelimit-reset-requests", duration(rates.untilReset().toMillis()));
                call.header("x-ratelimit-reset-tokens", duration(rates.untilReset().toMillis()));
            }
            case AZURE -> {
                call.header("apim-request-id", call.id());
                call.header("x-ms-region", "simulated");
                openAiRates(call, rates);
            }
            case MISTRAL -> {
                call.header("mistral-correlation-id", call.id());
                call.header("x-ratelimitbysize-limit-minute", Integer.toString(rates.tokenLimit()));
                call.header("x-ratelimitbysize-remaining-minute", Integer.toString(rates.tokensLeft()));
                call.header("x-ratelimit-limit-req-minute", Integer.toString(rates.requestLimit()));
                call.header("x-ratelimit-remaining-req-minute", Integer.toString(rates.requestsLeft()));
            }
            case DEEPSEEK -> call.header("x-ds-trace-id", call.id());
            case DASHSCOPE -> call.header("x-request-id", call.id());
        }
    }

    private static void openAiRates(Call call, RateWindow.State rates) {
        call.header("x-ratelimit-limit-requests", Integer.toString(rates.requestLimit()));
        call.header("x-ratelimit-remaining-requests", Integer.toString(rates.requestsLeft()));
        call.header("x-ratelimit-limit-tokens", Integer.toString(rates.tokenLimit()));
        call.header("x-ratelimit-remaining-tokens", Integer.toString(rates.tokensLeft()));
    }

    /** OpenAI's spelling of durations: {@code 12ms}, {@code 59.5s}, {@code 1m0s}. */
    static String duration(long millis) {
        if (millis < 1_000) {
            return millis + "ms";
        }
        if (millis < 60_000) {
            return String.format(Locale.ROOT, "%.3fs", millis / 1000.0);
        }
        return millis / 60_000 + "m" + millis % 60_000 / 1000 + "s";
    }
}
