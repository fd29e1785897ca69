package org.gatehouse.simulated.providers;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Cohere's version 2: chat, rerank, embed; its list of models; chat and embeddings in OpenAI's shape. */
final class CohereSurface implements Surface {
    static final CohereWording WORDING = new CohereWording();
    private static final int MOST_DOCUMENTS = 1_000;
    private static final int DOCUMENTS_A_UNIT = 100;
    private static final int MOST_TEXTS = 96;

    private static final String COMPATIBLE = "/compatibility/v1";

    private final Simulation simulation;
    private final OpenAiSurface compatible;

    CohereSurface(Simulation simulation) {
        this.simulation = simulation;
        compatible = new OpenAiSurface(simulation, ChatFlavor.OPENAI);
    }

    @Override
    public String newId() {
        return simulation.ids().uuid();
    }

    @Override
    public Reply answer(Call call) {
        Received received = call.received();
        authenticate(received);
        return switch (received.method() + " " + received.path()) {
            case "POST /v2/chat" -> {
                CohereChat chat = new CohereChat(simulation, received.body());
                call.streams(chat.streamed());
                call.directed(chat.ask().directive());
                yield chat.reply();
            }
            case "POST /v2/rerank" -> rerank(received.body());
            case "POST /v2/embed" -> embed(received.body());
            case "GET /v1/models" -> models();
            case "POST /compatibility/v1/chat/completions", "POST /compatibility/v1/embeddings" ->
                compatible.route(call, received.path().substring(COMPATIBLE.length()), null);
            default -> throw new Refused(Problem.notFound("invalid request: path " + received.path() + " not found"));
        };
    }

    private void authenticate(Received received) {
        String authorization = received.header("authorization");
        if (authorization == null) {
            throw new Refused(Problem.of(Problem.Kind.UNAUTHENTICATED, "no api key supplied"));
        }
        if (!authorization.equals("Bearer " + simulation.options().apiKey())) {
            throw new Refused(Problem.of(Problem.Kind.UNAUTHENTICATED, "invalid api token"));
        }
    }

    private String model(Fields request) {
        String model = request.text("model");
        if (!simulation.serves(model)) {
            throw new Refused(
                    Problem.notFound("model '" + model + "' not found, make sure the correct model ID was used"
                            + " and that you have access to the model."));
        }
        return model;
    }

    private Reply rerank(byte[] body) {
        Fields request = Fields.of(body, WORDING).only("model", "query", "documents", "top_n", "max_tokens_per_doc",
                "priority");
        String model = model(request);
        String query = request.text("query");
        request.need("documents");
        List<String> documents = request.texts("documents");
        if (query.isEmpty() || documents.isEmpty() || documents.size() > MOST_DOCUMENTS) {
            throw Refused.invalid("invalid request: query must not be empty and list of documents must have 1 to "
                    + MOST_DOCUMENTS + " entries");
        }
        request.integer("max_tokens_per_doc", 4_096, 1, 4_096);
        int most = request.integer("top_n", documents.size(), 1, Integer.MAX_VALUE);
        ArrayNode results = Json.array();
        IntStream.range(0, documents.size()).boxed()
                .sorted((a, b) -> Double.compare(relevance(query, documents.get(b)),
                        relevance(query, documents.get(a))))
                .limit(most).forEach(index -> results.addObject().put("index", index).put("relevance_score",
                        relevance(query, documents.get(index))));
        ObjectNode reply = Json.object().put("id", simulation.ids().uuid());
        reply.set("results", results);
        meta(reply).putObject("billed_units").put("search_units",
                (documents.size() + DOCUMENTS_A_UNIT - 1) / DOCUMENTS_A_UNIT);
        int tokens = documents.stream().mapToInt(Tokenizer::count).sum() + Tokenizer.count(query);
        return Reply.Whole.json(reply, new Bill(model, tokens, 0));
    }

    private static ObjectNode meta(ObjectNode reply) {
        ObjectNode meta = reply.putObject("meta");
        meta.putObject("api_version").put("version", "2");
        return meta;
    }

    /** The share of the query's words that a document has, and a little of its own so that no two are equal. */
    private static double relevance(String query, String document) {
        List<String> words = List.of(query.toLowerCase(java.util.Locale.ROOT).split("\\s+"));
        String text = document.toLowerCase(java.util.Locale.ROOT);
        double share = words.stream().filter(text::contains).count() / (double) words.size();
        return Math.min(1, share * 0.9 + (document.hashCode() & 0xFF) / 4_096.0);
    }

    private Reply embed(byte[] body) {
        Fields request = Fields.of(body, WORDING).only("model", "texts", "images", "inputs", "input_type",
                "embedding_types", "output_dimension", "truncate", "max_tokens", "priority");
        String model = model(request);
        request.need("input_type");
        request.word("input_type", "", "search_document", "search_query", "classification", "clustering", "image");
        request.word("truncate", "END", "NONE", "START", "END");
        List<String> texts = new ArrayList<>(request.texts("texts"));
        if (texts.isEmpty() && !request.has("images") && !request.has("inputs")) {
            throw Refused.invalid("invalid request: one of texts, images or inputs must be specified");
        }
        for (Fields input : request.objects("inputs")) {
            texts.add(Json.text(input.need("content")));
        }
        texts.addAll(request.texts("images"));
        if (texts.size() > MOST_TEXTS) {
            throw Refused.invalid("invalid request: total number of texts must be at most " + MOST_TEXTS
                    + " - received " + texts.size());
        }
        int dimensions = request.integer("output_dimension", 256, 1, 1_536);
        if (!List.of(256, 512, 1_024, 1_536).contains(dimensions)) {
            throw Refused.invalid("invalid request: output_dimension must be one of 256, 512, 1024, 1536");
        }
        List<String> types = request.texts("embedding_types");
        ObjectNode reply = Json.object().put("id", simulation.ids().uuid());
        ObjectNode embeddings = reply.putObject("embeddings");
        for (String type : types.isEmpty() ? List.of("float") : types) {
            embeddings.set(type, vectors(texts, dimensions, type));
        }
        ArrayNode echoed = reply.putArray("texts");
        texts.forEach(echoed::add);
        int tokens = texts.stream().mapToInt(Tokenizer::count).sum();
        meta(reply).putObject("billed_units").put("input_tokens", tokens);
        reply.put("response_type", "embeddings_by_type");
        return Reply.Whole.json(reply, new Bill(model, tokens, 0));
    }

    private static ArrayNode vectors(List<String> texts, int dimensions, String type) {
        if (!Set.of("float", "int8", "uint8", "base64").contains(type)) {
            throw Refused.invalid("invalid request: embedding_types must be among float, int8, uint8, base64, not "
                    + type);
        }
        ArrayNode vectors = Json.array();
        for (String text : texts) {
            float[] vector = Vectors.of(text, dimensions);
            switch (type) {
                case "float" -> vectors.add(Vectors.json(vector));
                case "base64" -> vectors.add(Vectors.base64(vector));
                default -> {
                    ArrayNode small = vectors.addArray();
                    for (float value : vector) {
                        small.add(Math.round(value * 127) + (type.equals("uint8") ? 128 : 0));
                    }
                }
            }
        }
        return vectors;
    }

    private Reply models() {
        ArrayNode models = Json.array();
        for (String id : simulation.models()) {
            models.addObject().put("name", id).put("context_length", 128_000).putArray("endpoints")
                    .add(id.startsWith("rerank") ? "rerank" : id.startsWith("embed") ? "embed" : "chat");
        }
        return Reply.Whole.json(200, Json.object().<ObjectNode>set("models", models));
    }

    @Override
    public Reply.Whole refusal(Problem problem, Call call) {
        int status = problem.kind() == Problem.Kind.OVERLOADED ? 503 : problem.kind().status();
        return Reply.Whole.json(status, Json.object().put("id", call.id()).put("message", problem.message()));
    }

    @Override
    public Frame errorEvent(Problem problem, Call call) {
        if (call.received().path().startsWith(COMPATIBLE)) {
            return compatible.errorEvent(problem, call);
        }
        ObjectNode end = Json.object().put("type", "message-end");
        end.putObject("delta").put("error", problem.message()).put("finish_reason", "ERROR");
        return Frame.closing("event: message-end\ndata: " + Json.text(end) + "\n\n");
    }

    @Override
    public Problem problem(Failure failure) {
        return switch (failure) {
            case RATE_LIMITED -> Problem.of(Problem.Kind.RATE_LIMITED, "Please wait and try again later");
            case OUT_OF_MONEY -> Problem.of(Problem.Kind.OUT_OF_MONEY, "You have reached your billing limit. Please add"
                    + " or update a payment method to continue.");
            case UNAUTHORIZED -> Problem.of(Problem.Kind.UNAUTHENTICATED, "invalid api token");
            case FORBIDDEN -> Problem.of(Problem.Kind.FORBIDDEN, "your API key may not do this");
            case OVERLOADED, UNAVAILABLE, ERROR_EVENT -> Problem.of(Problem.Kind.UNAVAILABLE,
                    "The service is unavailable. Please try again.");
            case TIMED_OUT -> Problem.of(Problem.Kind.TIMED_OUT, "The request timed out.");
            default -> Problem.of(Problem.Kind.INTERNAL, "internal server error");
        };
    }

    @Override
    public void headers(Call call, RateWindow.State rates) {
        call.header("x-debug-trace-id", call.id());
        call.header("x-endpoint-monthly-call-limit", Integer.toString(rates.requestLimit()));
        call.header("x-trial-endpoint-call-limit", Integer.toString(rates.requestLimit()));
        call.header("x-trial-endpoint-call-remaining", Integer.toString(rates.requestsLeft()));
    }
}
