package org.gatehouse.gateway;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.errors.NotFoundException;
import com.anthropic.models.models.ModelInfo;
import com.anthropic.models.models.ModelListParams;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.genai.Client;
import com.google.genai.errors.ClientException;
import com.google.genai.types.ContentEmbedding;
import com.google.genai.types.EmbedContentConfig;
import com.google.genai.types.EmbedContentResponse;
import com.google.genai.types.HttpOptions;
import com.google.genai.types.ListModelsConfig;
import com.google.genai.types.Model;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Lists of models as the official clients read them: each in its own shape, by pages. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ModelListsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MANY = 45;

    private final TestBox box = new TestBox();
    private final String key = box.key("lists");
    private final String narrow = box.key("narrow", one -> new org.gatehouse.governance.snapshot.KeyRecord(one.id(),
            one.name(), one.organisationId(), one.departmentId(), one.departmentName(), one.projectId(),
            one.projectName(), one.owner(), one.ownerName(), one.state(), one.expiresAt(),
            TestBox.only("m/05", "local"),
            one.surfaces(), one.addresses(), one.limits(), one.budgets(), one.recording()));
    private final AnthropicClient anthropic = AnthropicOkHttpClient.builder().baseUrl(box.uri("").toString())
            .apiKey(key).maxRetries(0).build();
    private final Client google = Client.builder().apiKey(key)
            .httpOptions(HttpOptions.builder().baseUrl(box.uri("").toString()).build()).build();
    private final List<String> names = new ArrayList<>(List.of("cloud", "local"));

    @BeforeAll
    void makeModels() {
        Upstream claude = box.upstream("claude", Upstream.Kind.ANTHROPIC, "http://127.0.0.1:1/v1", "k", false);
        IntStream.range(0, MANY).forEach(i -> {
            String name = "m/" + (i < 10 ? "0" : "") + i;
            names.add(name);
            box.model(name, claude, "c", ModelRoute.Tokenizer.UNKNOWN);
        });
    }

    @AfterAll
    void close() {
        google.close();
        anthropic.close();
        box.close();
    }

    @Test
    void anthropicsClientPagesThroughAllModels() {
        List<ModelInfo> models = new ArrayList<>();
        anthropic.models().list(ModelListParams.builder().limit(7).build()).autoPager().forEach(models::add);

        assertThat(models).extracting(ModelInfo::id).containsExactlyElementsOf(names);
        models.forEach(ModelInfo::validate);
        assertThat(models.getFirst().maxInputTokens()).contains(8192L);
        assertThat(models.getFirst().displayName()).isEqualTo("cloud (simulated)");
        assertThat(box.lastRow().dialect()).isEqualTo("anthropic");
    }

    @Test
    void anthropicsClientFindsOneModelAndIsToldOfNone() {
        assertThat(anthropic.models().retrieve("m/05").validate().id()).isEqualTo("m/05");
        assertThatThrownBy(() -> anthropic.models().retrieve("nothing")).isInstanceOf(NotFoundException.class)
                .hasMessageContaining("not_found_error");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"limit=2|cloud|local|true", "before_id=m/02&limit=2|m/00|m/01|true",
            "before_id=m/00|cloud|local|false", "after_id=m/42|m/43|m/44|false"})
    void anthropicsPagesGoBothWays(String query, String first, String last, boolean more) throws Exception {
        JsonNode page = JSON.readTree(asAnthropic(key, "/v1/models?" + query).body());
        assertThat(page.path("first_id").asText()).isEqualTo(first).isEqualTo(page.at("/data/0/id").asText());
        assertThat(page.path("last_id").asText()).isEqualTo(last);
        assertThat(page.path("data")).hasSize(2);
        assertThat(page.path("has_more").asBoolean()).isEqualTo(more);
    }

    @ParameterizedTest
    @CsvSource({"limit=0", "limit=1001", "limit=x", "after_id=nobody", "before_id=nobody",
            "after_id=local&before_id=m/00"})
    void pagesThatAreNotThereAreRefused(String query) throws Exception {
        HttpResponse<String> reply = asAnthropic(key, "/v1/models?" + query);
        assertThat(reply.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(reply.body()).at("/error/type").asText()).isEqualTo("invalid_request_error");
    }

    @Test
    void googlesClientPagesThroughAllModels() {
        List<Model> models = new ArrayList<>();
        google.models.list(ListModelsConfig.builder().pageSize(7).build()).forEach(models::add);

        assertThat(models).extracting(model -> model.name().orElseThrow())
                .containsExactlyElementsOf(names.stream().map(name -> "models/" + name).toList());
        assertThat(models.getFirst().inputTokenLimit()).contains(8192);
        assertThat(models.getFirst().outputTokenLimit()).contains(1024);
        assertThat(models.getFirst().supportedActions().orElseThrow()).containsExactly("generateContent",
                "streamGenerateContent", "countTokens", "embedContent", "batchEmbedContents");
        assertThat(models.getLast().supportedActions().orElseThrow()).doesNotContain("embedContent");
    }

    @Test
    void googlesClientFindsOneModelAndIsToldOfNone() {
        assertThat(google.models.get("local", null).name()).contains("models/local");
        assertThatThrownBy(() -> google.models.get("nothing", null)).isInstanceOf(ClientException.class)
                .hasMessageContaining("404");
    }

    @Test
    void googlesClientGetsVectors() {
        EmbedContentResponse reply = google.models.embedContent("cloud", List.of("one text", "another"),
                EmbedContentConfig.builder().outputDimensionality(32).build());
        List<ContentEmbedding> embeddings = reply.embeddings().orElseThrow();
        assertThat(embeddings).hasSize(2).allSatisfy(one -> assertThat(one.values().orElseThrow()).hasSize(32));
        assertThat(google.models.embedContent("cloud", "one text", null).embeddings().orElseThrow()).hasSize(1);
    }

    @Test
    void openAisListHasAllAtOnceWhateverIsAskedFor() throws Exception {
        JsonNode list = JSON.readTree(box.get(key, "/v1/models?limit=2").body());
        assertThat(list.path("object").asText()).isEqualTo("list");
        assertThat(list.path("data")).hasSize(names.size());
    }

    @Test
    void keyIsShownWhatItMayUseInEveryShape() throws Exception {
        assertThat(JSON.readTree(asAnthropic(narrow, "/v1/models").body()).path("data")).hasSize(2);
        assertThat(JSON.readTree(box.get(narrow, "/v1/models").body()).path("data")).hasSize(2);
        assertThat(JSON.readTree(box.get(narrow, "/v1beta/models").body()).path("models")).hasSize(2);
        assertThat(asAnthropic(narrow, "/v1/models/cloud").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource({"pageSize=-1", "pageSize=x", "pageToken=%21%21"})
    void googlesPagesThatAreNotThereAreRefused(String query) throws Exception {
        HttpResponse<String> reply = box.get(key, "/v1beta/models?" + query);
        assertThat(reply.statusCode()).isEqualTo(400);
        assertThat(JSON.readTree(reply.body()).at("/error/status").asText()).isEqualTo("INVALID_ARGUMENT");
    }

    private HttpResponse<String> asAnthropic(String who, String path) {
        return box.send(HttpRequest.newBuilder(box.uri(path)).header("x-api-key", who)
                .header("anthropic-version", "2023-06-01").build());
    }
}
