package org.gatehouse.gateway;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

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

/** Embeddings for Google's clients, at targets that make them in Google's shape, in OpenAI's, or in one of their own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EmbedForGoogleTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<Kind, SimulatedProvider> providers = Arrays
            .stream(new ProviderKind[]{ProviderKind.OPENAI, ProviderKind.COHERE, ProviderKind.GEMINI,
                    ProviderKind.VERTEX, ProviderKind.MISTRAL})
            .collect(Collectors.toMap(kind -> Kind.valueOf(kind.name()),
                    kind -> SimulatedProvider.start(kind, ProviderOptions.usual())));
    private final TestBox box = new TestBox();
    private final String key = box.key("embed");
    private final AtomicInteger calls = new AtomicInteger();

    @AfterEach
    void nothingIsHeld() {
        box.assertNothingHeld();
        box.assertLedgerEqualsRows();
    }

    @AfterAll
    void close() {
        box.close();
        providers.values().forEach(SimulatedProvider::close);
    }

    private String model(Kind kind, String secret) {
        String name = "embed-" + calls.incrementAndGet();
        String root = of(kind).uri().toString();
        String base = switch (kind) {
            case OPENAI, VERTEX, MISTRAL -> root + "/v1";
            case GEMINI -> root + "/v1beta";
            default -> root;
        };
        String model = switch (kind) {
            case OPENAI -> "text-embedding-3-small";
            case COHERE -> "embed-v4.0";
            case MISTRAL -> "mistral-embed";
            default -> "gemini-embedding-001";
        };
        box.model(name, new Upstream(UUID.randomUUID(), name, kind, base,
                List.of(new Upstream.ProviderKey("main", secret)), false, true, true, Upstream.Timeouts.DEFAULT,
                64 << 20, false, null, Map.of("project", "simulated-project", "location", "us-central1")),
                model, ModelRoute.Tokenizer.UNKNOWN);
        return name;
    }

    private SimulatedProvider of(Kind kind) {
        return java.util.Objects.requireNonNull(providers.get(kind));
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

    private Ended post(String model, String method, String body) {
        String id = "embed-call-" + calls.incrementAndGet();
        try (RawClient raw = new RawClient(box)) {
            return new Ended(raw.post(key, "/v1beta/models/" + model + ":" + method, id, body).reply(), box.row(id));
        }
    }

    private static String content(String text) {
        return "\"content\":{\"parts\":[{\"text\":\"" + text + "\"}]}";
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"OPENAI", "COHERE", "GEMINI", "VERTEX", "MISTRAL"})
    void listOfTextsBecomesAListOfVectorsInTheirOrder(Kind kind) {
        String model = model(kind, "simulated-key");
        Ended ended = post(model, "batchEmbedContents", "{\"requests\":[{\"model\":\"models/" + model + "\","
                + content("one text") + "},{\"model\":\"models/" + model + "\"," + content("and another one") + "}]}");

        assertThat(ended.reply().status()).as(ended.reply().text()).isEqualTo(200);
        assertThat(ended.json().path("embeddings")).hasSize(2);
        JsonNode second = ended.json().path("embeddings").path(1).path("values");
        assertThat(second.isArray()).isTrue();
        Ended alone = post(model, "embedContent", "{" + content("and another one") + "}");
        assertThat(alone.json().path("embedding").path("values")).isEqualTo(second);

        assertThat(ended.row().surface()).isEqualTo("embeddings");
        assertThat(ended.row().dialect()).isEqualTo("gemini");
        assertThat(ended.row().outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(alone.row().usage().inputTokens()).isEqualTo(of(kind).ledger().last().inputTokens()).isPositive();
        assertThat(alone.row().usage().source()).isEqualTo(Usage.Source.REPORTED);
        assertThat(alone.json().path("usageMetadata").path("promptTokenCount").asLong())
                .isEqualTo(alone.row().usage().inputTokens());
    }

    @ParameterizedTest
    @CsvSource({"OPENAI,true", "GEMINI,false", "VERTEX,false"})
    void sizeIsCarriedAndPurposeSaidWhereItIsLost(Kind kind, boolean lost) {
        Ended ended = post(model(kind, "simulated-key"), "embedContent", "{" + content("a text")
                + ",\"outputDimensionality\":64,\"taskType\":\"RETRIEVAL_DOCUMENT\",\"title\":\"T\"}");

        assertThat(ended.reply().status()).as(ended.reply().text()).isEqualTo(200);
        assertThat(ended.json().path("embedding").path("values")).hasSize(64);
        String sent = of(kind).ledger().last().body();
        if (lost) {
            assertThat(ended.reply().header("x-gatehouse-warning")).isEqualTo("taskType dropped, title dropped");
            assertThat(sent).doesNotContain("RETRIEVAL_DOCUMENT");
        } else {
            assertThat(ended.reply().headers()).doesNotContainKey("x-gatehouse-warning");
            assertThat(sent).contains("RETRIEVAL_DOCUMENT").contains("\"T\"");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "embedContent|{\"content\":{\"parts\":[{\"inlineData\":{}}]}}|texts only",
            "embedContent|{\"content\":{\"parts\":[]}}|has no text",
            "embedContent|{}|'content' is missing",
            "batchEmbedContents|{\"requests\":[]}|is empty",
            "batchEmbedContents|{\"requests\":{}}|must be a list",
            "batchEmbedContents|{\"requests\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]},\"outputDimensionality\":3},{\"content\":{\"parts\":[{\"text\":\"a\"}]}}]}|of one size"})
    void whatCannotBeAskedIsRefusedInGooglesWords(String method, String body, String said) {
        Ended ended = post(model(Kind.OPENAI, "simulated-key"), method, body);

        assertThat(ended.reply().status()).as(ended.reply().text()).isEqualTo(400);
        assertThat(ended.json().path("error").path("status").asText()).isEqualTo("INVALID_ARGUMENT");
        assertThat(ended.json().path("error").path("message").asText()).contains(said);
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"OPENAI", "GEMINI"})
    void refusalOfTheProviderWearsGooglesShape(Kind kind) {
        Ended ended = post(model(kind, "simulated-key"), "embedContent",
                "{" + content("a") + ",\"outputDimensionality\":100000}");

        assertThat(ended.reply().status()).as(ended.reply().text()).isEqualTo(400);
        assertThat(ended.json().path("error").path("code").asInt()).isEqualTo(400);
        assertThat(ended.json().path("error").path("status").asText()).isEqualTo("INVALID_ARGUMENT");
    }

    @Test
    void refusedKeyIsTheBoxesTroubleAndIsNeverShown() {
        for (Kind kind : List.of(Kind.OPENAI, Kind.GEMINI)) {
            Ended ended = post(model(kind, "another-secret-key"), "embedContent", "{" + content("a") + "}");

            assertThat(ended.reply().status()).as(ended.reply().text()).isEqualTo(502);
            assertThat(ended.json().path("error").path("status").asText()).isNotEmpty();
            assertThat(ended.reply().text() + ended.row()).doesNotContain("another-secret-key");
        }
    }

    @ParameterizedTest
    @CsvSource({"OTHER_DIALECT,502", "HTML_PAGE,502", "RATE_LIMITED,429"})
    void answerThatIsNoneIsAnOrdinaryError(Failure failure, int status) {
        for (Kind kind : List.of(Kind.OPENAI, Kind.GEMINI, Kind.VERTEX)) {
            of(kind).failNext(failure, 1);
            Ended ended = post(model(kind, "simulated-key"), "embedContent", "{" + content("a") + "}");

            assertThat(ended.reply().status()).as(kind + ended.reply().text()).isEqualTo(status);
            assertThat(ended.json().path("error").path("code").asInt()).isEqualTo(status);
        }
    }

    @Test
    void modelThatMakesNoEmbeddingsSaysSo() {
        box.model("claude", box.upstream("claude", Kind.ANTHROPIC, "http://127.0.0.1:1/v1", "k", false), "c",
                ModelRoute.Tokenizer.UNKNOWN);
        Ended ended = post("claude", "embedContent", "{" + content("a") + "}");

        assertThat(ended.reply().status()).isEqualTo(400);
        assertThat(ended.json().path("error").path("message").asText()).contains("cannot be called on embeddings");
    }
}
