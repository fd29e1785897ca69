package org.gatehouse.simulated;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

import com.fasterxml.jackson.core.JsonProcessingException;
import org.jspecify.annotations.Nullable;

/** Finds the surface for a request, asks for the key, and turns every way a call can end into its last words. */
final class Router {
    /** The prefix of the paths that name one model. */
    static final String ONE_MODEL = "/v1/models/";

    private static final long HANG_POLL_NANOS = 20_000_000;

    private final Engine engine;
    private final Map<String, Route> routes = new HashMap<>();

    private record Route(@Nullable Surface get, @Nullable Surface post, boolean recorded, boolean json) {}

    Router(Engine engine) {
        this.engine = engine;
        Operations operations = new Operations(engine);
        get("/health", operations::health);
        routes.put("/ping", new Route(operations::health, operations::health, false, false));
        get("/version", operations::version);
        get("/load", operations::load);
        get("/metrics", operations::metrics);
        get("/v1/models", operations::models);
        get(ONE_MODEL, operations::oneModel);
        get("/simulated/ledger", operations::ledger);
        json("/v1/chat/completions", new ChatSurface());
        json("/v1/completions", new CompletionSurface());
        json("/v1/responses", new ResponsesSurface());
        json("/v1/embeddings", new EmbeddingsSurface());
        RerankSurface rerank = new RerankSurface();
        json("/rerank", rerank);
        json("/v1/rerank", rerank);
        json("/v2/rerank", rerank);
        form("/v1/audio/transcriptions", new TranscriptionSurface("transcribe"));
        form("/v1/audio/translations", new TranscriptionSurface("translate"));
        if (!engine.playsVllm()) {
            MediaSurfaces media = new MediaSurfaces();
            json("/v1/audio/speech", media::speech);
            json("/v1/images/generations", media::generateImages);
            form("/v1/images/edits", media::editImages);
            json("/v1/moderations", media::moderate);
        }
        scripted(engine.options().script());
        TokenizeSurface tokenize = new TokenizeSurface();
        routes.put("/tokenize", new Route(null, tokenize::tokenize, false, true));
        routes.put("/detokenize", new Route(null, tokenize::detokenize, false, true));
    }

    /** What is only there where it was asked for. */
    private void scripted(Script script) {
        if (script.developerMode()) {
            SleepSurface sleep = new SleepSurface();
            routes.put("/sleep", new Route(null, sleep::sleep, false, false));
            routes.put("/wake_up", new Route(null, sleep::wake, false, false));
            get("/is_sleeping", sleep::isSleeping);
            routes.put("/collective_rpc", new Route(null, sleep::collectiveRpc, false, true));
            routes.put("/reset_prefix_cache", new Route(null, sleep::resetPrefixCache, false, false));
        }
        if (script.adaptersAtRunTime()) {
            AdapterSurface adapters = new AdapterSurface();
            routes.put("/v1/load_lora_adapter", new Route(null, adapters::load, false, true));
            routes.put("/v1/unload_lora_adapter", new Route(null, adapters::unload, false, true));
        }
        if (script.control()) {
            ControlSurface control = new ControlSurface();
            routes.put("/simulated/control", new Route(control::state, control::change, false, false));
        }
    }

    private void get(String path, Surface surface) {
        routes.put(path, new Route(surface, null, false, false));
    }

    private void json(String path, Surface surface) {
        routes.put(path, new Route(null, surface, true, true));
    }

    private void form(String path, Surface surface) {
        routes.put(path, new Route(null, surface, true, false));
    }

    /**
     * Answers one request.
     *
     * @throws CallEnded when the caller left; there is nobody to go on with
     */
    void serve(Exchange exchange) throws IOException {
        Request request = exchange.request();
        while (engine.condition().hang() == Condition.Hang.SERVER && !request.path().startsWith("/simulated/")) {
            exchange.caller().pause(HANG_POLL_NANOS);
        }
        if (!authorised(request)) {
            unauthorised(exchange);
            return;
        }
        Route route = routes.get(request.path().startsWith(ONE_MODEL) ? ONE_MODEL : request.path());
        String method = request.method();
        if (request.path().equals("/simulated/ledger") && method.equals("DELETE")) {
            engine.ledger().clear();
            exchange.json(200, exchange.scratch().ascii("{\"simulated\":true,\"cleared\":true}"));
        } else if (route == null) {
            notFound(exchange);
        } else {
            Surface surface = method.equals("POST") ? route.post : method.equals("GET") ? route.get : null;
            if (surface == null) {
                exchange.json(405, exchange.scratch().ascii("{\"detail\":\"Method Not Allowed\"}"));
            } else {
                call(exchange, route, surface);
            }
        }
    }

    private void call(Exchange exchange, Route route, Surface surface) throws IOException {
        if (route.recorded) {
            exchange.record();
            if (!engine.playsVllm()) {
                exchange.reply().header("x-request-id", "req_" + exchange.entry().id());
            } else if (engine.options().script().requestIdHeaders()) {
                exchange.reply().header("x-request-id", exchange.entry().id());
            }
        }
        try {
            if (route.json && !exchange.request().headerStartsWith("content-type", "application/json")) {
                throw new Refused(Problem.wrongContentType());
            }
            if (route.recorded && engine.condition().refusal().of(exchange.request().path())) {
                throw new Refused(
                        Problem.badRequest("The model does not support this API. It was told to refuse.", null));
            }
            surface.serve(exchange);
        } catch (Refused refused) {
            exchange.refuse(refused.problem());
        } catch (JsonProcessingException notJson) {
            exchange.refuse(Problem.notJson(notJson.getClass().getSimpleName()));
        } catch (CallEnded ended) {
            if (ended.by() == CallEnded.By.CALLER) {
                exchange.ended(LedgerEntry.State.ABORTED);
                throw ended;
            }
            if (ended.by() == CallEnded.By.ENGINE) {
                engineDied(exchange);
            }
            exchange.ended(LedgerEntry.State.FAULTED);
        } catch (IllegalArgumentException | ArithmeticException e) {
            // A request that no check foresaw. The answer must not hang, and the trace must not be lost.
            System.getLogger(Router.class.getName()).log(System.Logger.Level.ERROR, "request failed", e);
            exchange.refuse(new Problem(500, "InternalServerError", "server_error",
                    "The simulated engine failed on this request. Its log has the reason.", null));
        }
    }

    /** A plain call gets status 500, a stream that has begun an error event and its end mark. */
    private static void engineDied(Exchange exchange) throws IOException {
        if (exchange.reply().begun()) {
            EventStream last = new EventStream(exchange, Directive.NONE);
            Problem.engineDied().write(exchange.engine().personality(), last.open());
            last.send();
            last.done();
        } else {
            exchange.problem(Problem.engineDied());
        }
    }

    // vLLM's key guards these prefixes only; see its docs/usage/security.md. A commercial API guards everything.
    private boolean authorised(Request request) {
        String path = request.path();
        if (path.startsWith("/simulated/")) {
            return true;
        }
        String wanted = engine.options().apiKey();
        if (engine.playsVllm()) {
            return wanted == null || !(path.startsWith("/v1") || path.startsWith("/v2"))
                    || ("Bearer " + wanted).equals(request.header("authorization"));
        }
        String given = request.header("authorization");
        return given != null && given.startsWith("Bearer ") && given.length() > 7
                && (wanted == null || given.substring(7).equals(wanted));
    }

    private void unauthorised(Exchange exchange) throws IOException {
        if (engine.playsVllm()) {
            exchange.json(401, exchange.scratch().ascii("{\"error\":\"Unauthorized\"}"));
        } else {
            exchange.problem(new Problem(401, "", "invalid_api_key", exchange.request().header("authorization") == null
                    ? "You didn't provide an API key. Send it as Authorization: Bearer YOUR_KEY."
                    : "Incorrect API key provided. This is a simulated API: use the key that it was started with.",
                    null));
        }
    }

    private void notFound(Exchange exchange) throws IOException {
        if (engine.playsVllm()) {
            exchange.json(404, exchange.scratch().ascii("{\"detail\":\"Not Found\"}"));
        } else {
            Request request = exchange.request();
            exchange.problem(new Problem(404, "", "unknown_url", "Unknown request URL: " + request.method() + " "
                    + request.path() + ". Check the path.", null));
        }
    }
}
