package org.gatehouse.gateway;

import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.Usage;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.governance.snapshot.Upstream.Kind;
import org.gatehouse.simulated.providers.Failure;
import org.gatehouse.simulated.providers.ProviderKind;
import org.gatehouse.simulated.providers.ProviderOptions;
import org.gatehouse.simulated.providers.SimulatedProvider;

import static org.assertj.core.api.Assertions.assertThat;

/** Rerank and embeddings of providers that have them in a shape of their own, or in OpenAI's beside it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RankAndEmbedTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SimulatedProvider cohere = SimulatedProvider.start(ProviderKind.COHERE, ProviderOptions.usual());
    private final SimulatedProvider gemini = SimulatedProvider.start(ProviderKind.GEMINI, ProviderOptions.usual());
    private final SimulatedProvider vertex = SimulatedProvider.start(ProviderKind.VERTEX, ProviderOptions.usual());
    private final TestBox box = new TestBox();
    private final String key = box.key("rank");
    private final AtomicInteger calls = new AtomicInteger();

    @AfterEach
    void nothingIsHeld() {
        box.assertNothingHeld();
        box.assertLedgerEqualsRows();
    }

    @AfterAll
    void close() {
        box.close();
        cohere.close();
        gemini.close();
        vertex.close();
    }

    private String model(Kind kind, String secret, String upstreamModel) {
        String name = "rank-" + calls.incrementAndGet();
        String base = switch (kind) {
            case COHERE -> cohere.uri().toString();
            case GEMINI -> gemini.uri() + "/v1beta";
            case VERTEX -> vertex.uri() + "/v1";
            default -> throw new IllegalArgumentException(kind.id());
        };
        box.model(name, new Upstream(UUID.randomUUID(), name, kind, base,
                List.of(new Upstream.ProviderKey("main", secret)), false, true, true, Upstream.Timeouts.DEFAULT,
                64 << 20, false, null, Map.of("project", "simulated-project", "location", "us-central1")),
                upstreamModel, ModelRoute.Tokenizer.UNKNOWN);
        return name;
    }

    private SimulatedProvider of(Kind kind) {
        return kind == Kind.COHERE ? cohere : kind == Kind.GEMINI ? gemini : vertex;
    }

    private static String embedder(Kind kind) {
        return kind == Kind.COHERE ? "embed-v4.0" : "gemini-embedding-001";
    }

    private record Ended(RawClient.Reply reply, CallRecord row) {

        JsonNode json() {
            try {
                return JSON.readTree(reply.body());
            } catch (java.io.IOException e) {
                throw new AssertionError(reply.text(), e);
            }
        }
    }

    private Ended post(String path, String body) {
        String id = "rank-call-" + calls.incrementAndGet();
        try (RawClient raw = new RawClient(box)) {
            return new Ended(raw.post(key, path, id, body).reply(), box.row(id));
        }
    }

    @Test
    void documentsAreRankedAndComeBackWhenTheyAreWanted() {
        String model = model(Kind.COHERE, "simulated-key", "rerank-v3.5");
        Ended ended = post("/v1/rerank", "{\"model\":\"" + model + "\",\"query\":\"green tea\",\"top_n\":2,"
                + "\"return_documents\":true,\"priority\":3,"
                + "\"documents\":[\"a red car\",{\"text\":\"green tea from Uji\"},\"tea\"]}");

        assertThat(ended.reply().status()).as(ended.reply().text()).isEqualTo(200);
        JsonNode results = ended.json().path("results");
        assertThat(results).hasSize(2);
        assertThat(results.path(0).path("index").asInt()).isEqualTo(1);
        assertThat(results.path(0).path("document").path("text").asText()).isEqualTo("green tea from Uji");
        assertThat(ended.json().path("model").asText()).isEqualTo(model);
        assertThat(ended.json().path("usage").path("search_units").asInt()).isEqualTo(1);
        assertThat(ended.reply().header("x-gatehouse-warning")).isEqualTo("priority dropped");
        assertThat(ended.row().outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(ended.row().usage().inputTokens()).isPositive();
        assertThat(cohere.ledger().last().body()).doesNotContain("return_documents").contains("\"rerank-v3.5\"");
    }

    @Test
    void everyHundredDocumentsCostASearchUnit() {
        String model = model(Kind.COHERE, "simulated-key", "rerank-v3.5");
        box.pricePerCall(model, "0.002");
        String documents = IntStream.range(0, 250).mapToObj(i -> "\"text " + i + "\"")
                .collect(Collectors.joining(",", "[", "]"));
        Ended ended = post("/v1/rerank",
                "{\"model\":\"" + model + "\",\"query\":\"text\",\"documents\":" + documents + "}");

        assertThat(ended.reply().status()).as(ended.reply().text()).isEqualTo(200);
        assertThat(ended.json().path("meta").path("billed_units").path("search_units").asInt()).isEqualTo(3);
        assertThat(Objects.requireNonNull(ended.row().cost()).amount()).isEqualByComparingTo("0.006");
    }

    @Test
    void documentWithoutATextIsTheCallersMistake() {
        String model = model(Kind.COHERE, "simulated-key", "rerank-v3.5");
        Ended ended = post("/v1/rerank",
                "{\"model\":\"" + model + "\",\"query\":\"text\",\"documents\":[\"a\",{\"title\":\"b\"}]}");

        assertThat(ended.reply().status()).isEqualTo(400);
        assertThat(ended.json().path("error").path("param").asText()).isEqualTo("documents[1]");
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"COHERE", "GEMINI", "VERTEX"})
    void textsBecomeVectorsWithTheTokensThatAreBilled(Kind kind) {
        Ended ended = post("/v1/embeddings", "{\"model\":\"" + model(kind, "simulated-key", embedder(kind))
                + "\",\"input\":[\"one text\",\"and another one\"]}");

        assertThat(ended.reply().status()).as(ended.reply().text()).isEqualTo(200);
        assertThat(ended.json().path("data")).hasSize(2);
        assertThat(ended.json().path("data").path(1).path("index").asInt()).isEqualTo(1);
        assertThat(ended.json().path("data").path(1).path("embedding")).hasSize(256);
        assertThat(ended.row().usage().inputTokens()).isEqualTo(of(kind).ledger().last().inputTokens()).isPositive();
        assertThat(ended.row().usage().source()).isEqualTo(Usage.Source.REPORTED);
        assertThat(ended.json().path("usage").path("prompt_tokens").asLong())
                .isEqualTo(ended.row().usage().inputTokens());
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"GEMINI", "VERTEX"})
    void vectorsComeInBase64AndInTheSizeThatWasAskedFor(Kind kind) {
        Ended ended = post("/v1/embeddings", "{\"model\":\"" + model(kind, "simulated-key", embedder(kind))
                + "\",\"input\":\"one text\",\"encoding_format\":\"base64\",\"dimensions\":128}");

        assertThat(ended.reply().status()).as(ended.reply().text()).isEqualTo(200);
        assertThat(Base64.getDecoder().decode(ended.json().path("data").path(0).path("embedding").asText()))
                .hasSize(128 * 4);
    }

    @Test
    void tokensForAModelThatTakesTextsAreTheCallersMistake() {
        Ended ended = post("/v1/embeddings", "{\"model\":\""
                + model(Kind.VERTEX, "simulated-key", "gemini-embedding-001") + "\",\"input\":[1,2,3]}");

        assertThat(ended.reply().status()).isEqualTo(400);
        assertThat(ended.json().path("error").path("param").asText()).isEqualTo("input[0]");
    }

    @ParameterizedTest
    @CsvSource({"COHERE,/v1/rerank", "COHERE,/v1/embeddings", "GEMINI,/v1/embeddings", "VERTEX,/v1/embeddings"})
    void refusedKeyIsTheBoxesTroubleAndIsNeverShown(Kind kind, String path) {
        String model = model(kind, "another-secret-key", path.endsWith("rerank") ? "rerank-v3.5" : embedder(kind));
        try (LogLines log = LogLines.record()) {
            Ended ended = post(path,
                    "{\"model\":\"" + model + "\",\"input\":\"a\",\"query\":\"a\",\"documents\":[\"a\"]}"
                            .replace(path.endsWith("rerank")
                                    ? ",\"input\":\"a\""
                                    : ",\"query\":\"a\",\"documents\":[\"a\"]", ""));

            assertThat(ended.reply().status()).as(ended.reply().text()).isEqualTo(502);
            assertThat(ended.reply().text()).contains("refused the box's own credentials");
            assertThat(ended.reply().text() + ended.row() + log.text()).doesNotContain("another-secret-key");
        }
    }

    @ParameterizedTest
    @CsvSource({"RATE_LIMITED,429", "INTERNAL,502", "UNAVAILABLE,503", "CUT,502", "OTHER_DIALECT,502", "HTML_PAGE,502",
            "OUT_OF_MONEY,502"})
    void failedRerankIsAnOrdinaryError(Failure failure, int status) {
        String model = model(Kind.COHERE, "simulated-key", "rerank-v3.5");
        cohere.failNext(failure, 3);
        try {
            Ended ended = post("/v1/rerank",
                    "{\"model\":\"" + model + "\",\"query\":\"text\",\"documents\":[\"a\"]}");

            assertThat(ended.reply().status()).as(ended.reply().text()).isEqualTo(status);
            assertThat(ended.json().path("error").path("message").isTextual()).isTrue();
        } finally {
            cohere.heal();
        }
    }

    @ParameterizedTest
    @CsvSource({"OPENAI,true", "OPENAI,false", "ANTHROPIC,true", "GEMINI,true"})
    void chatOfCohereGoesByItsCompatibleApi(ChatClient client, boolean streamed) {
        String model = model(Kind.COHERE, "simulated-key", "command-a-03-2025");
        Ended ended = post(client.path(model, streamed),
                client.body(model, "hello [[sim tokens=7]]", streamed, false));

        assertThat(ended.reply().status()).as(ended.reply().text()).isEqualTo(200);
        assertThat(ended.row().usage().outputTokens()).isEqualTo(7)
                .isEqualTo(cohere.ledger().last().outputTokens());
    }

    @Test
    void refusalInTheProvidersOwnShapeIsToldInTheClients() {
        String model = model(Kind.COHERE, "simulated-key", "rerank-v3.5");
        Ended ended = post("/v1/rerank", "{\"model\":\"" + model
                + "\",\"query\":\"text\",\"documents\":[\"a\"],\"max_tokens_per_doc\":100000}");

        assertThat(ended.reply().status()).as(ended.reply().text()).isEqualTo(400);
        assertThat(ended.json().path("error").path("message").asText()).contains("max_tokens_per_doc");
    }
}
