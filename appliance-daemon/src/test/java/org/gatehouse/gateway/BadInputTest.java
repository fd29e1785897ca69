package org.gatehouse.gateway;

import java.math.BigDecimal;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.governance.snapshot.Budget;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.simulated.providers.Failure;
import org.gatehouse.simulated.providers.ProviderKind;
import org.gatehouse.simulated.providers.ProviderOptions;
import org.gatehouse.simulated.providers.SimulatedProvider;

import static org.assertj.core.api.Assertions.assertThat;

/** What cannot be done is told clearly in the client's own dialect, whichever that is, and asks no provider in vain. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PICTURE = "iVBORw0KGgo=";

    private final SimulatedProvider gemini = SimulatedProvider.start(ProviderKind.GEMINI, ProviderOptions.usual());
    private final SimulatedProvider deepSeek = SimulatedProvider.start(ProviderKind.DEEPSEEK, ProviderOptions.usual());
    private final TestBox box = new TestBox();
    private final String key = box.key("bad-input");

    {
        box.model("gemini", upstream("gemini", Upstream.Kind.GEMINI, gemini.uri() + "/v1beta"), "gemini-2.5-flash",
                ModelRoute.Tokenizer.UNKNOWN);
        box.model("blind", upstream("blind", Upstream.Kind.DEEPSEEK, deepSeek.uri().toString()), "deepseek-chat",
                ModelRoute.Tokenizer.UNKNOWN);
        box.model("weightless", upstream("weightless", Upstream.Kind.GEMINI, gemini.uri() + "/v1beta"),
                "gemini-2.5-flash", ModelRoute.Tokenizer.UNKNOWN, 0);
    }

    @AfterEach
    void nothingIsHeld() {
        gemini.heal();
        box.assertNothingHeld();
        box.assertLedgerEqualsRows();
    }

    @AfterAll
    void close() {
        box.close();
        gemini.close();
        deepSeek.close();
    }

    private Upstream upstream(String name, Upstream.Kind kind, String url) {
        return box.outside(name, kind, url, "simulated-key", Map.of());
    }

    private HttpResponse<String> ask(ChatClient client, String model, String body) {
        return ask(client, key, model, body);
    }

    private HttpResponse<String> ask(ChatClient client, String with, String model, String body) {
        return box.send(HttpRequest.newBuilder(box.uri(client.path(model, false)))
                .header("authorization", "Bearer " + with).header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)).build());
    }

    private HttpResponse<String> ask(ChatClient client, String model) {
        return ask(client, model, client.body(model, "hello", false, false));
    }

    /** The message, where the dialect has it; everything else must be in the dialect's shape. */
    private static String message(ChatClient client, HttpResponse<String> reply) throws Exception {
        JsonNode body = JSON.readTree(reply.body());
        JsonNode error = body.path("error");
        switch (client) {
            case OPENAI -> assertThat(error.path("type").isTextual()).as(reply.body()).isTrue();
            case ANTHROPIC -> assertThat(body.path("type").asText()).as(reply.body()).isEqualTo("error");
            case GEMINI -> assertThat(error.path("code").asInt()).as(reply.body()).isEqualTo(reply.statusCode());
        }
        return error.path("message").asText();
    }

    @ParameterizedTest
    @EnumSource(ChatClient.class)
    void unknownModelIsNotFound(ChatClient client) throws Exception {
        HttpResponse<String> reply = ask(client, "nobody-made-this");
        assertThat(reply.statusCode()).isEqualTo(404);
        assertThat(message(client, reply)).contains("'nobody-made-this' does not exist");
    }

    @ParameterizedTest
    @EnumSource(ChatClient.class)
    void routeThatLeadsBackToThisBoxEndsAndIsToldInTheTrail(ChatClient client) throws Exception {
        box.model("circle", box.upstream("circle", Upstream.Kind.OPENAI_COMPATIBLE, box.uri("/v1").toString(), key,
                false), "circle", ModelRoute.Tokenizer.UNKNOWN);
        int before = box.rows.size();
        HttpResponse<String> reply = ask(client, "circle");

        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(502);
        assertThat(message(client, reply)).contains("'circle'").contains("administrators");
        TestBox.await(() -> box.rows.size() == before + 5,
                "not five rows: the client's call and four of the box's own");
        List<String> codes = box.rows.subList(before, before + 5).stream()
                .map(row -> String.valueOf(row.errorCode())).toList();
        assertThat(codes.getFirst()).isEqualTo("route_loops");
        assertThat(codes.subList(1, 5)).containsOnly("upstream_error");
    }

    @ParameterizedTest
    @EnumSource(ChatClient.class)
    void modelWithoutPriceIsNothingForAKeyThatAHardBudgetBinds(ChatClient client) throws Exception {
        String bound = box.budgetedKey("bound-" + client, budget("bound-" + client, true));
        String told = box.budgetedKey("told-" + client, budget("told-" + client, false));
        int asked = gemini.ledger().modelCalls().size();
        HttpResponse<String> refused = ask(client, bound, "gemini", client.body("gemini", "hello", false, false));

        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(403);
        assertThat(message(client, refused)).contains("'gemini' has no price").contains("administrators");
        assertThat(gemini.ledger().modelCalls()).hasSize(asked);
        assertThat(ask(client, told, "gemini", client.body("gemini", "hello", false, false)).statusCode())
                .isEqualTo(200);
        box.model("priced", upstream("priced", Upstream.Kind.GEMINI, gemini.uri() + "/v1beta"), "gemini-2.5-flash",
                ModelRoute.Tokenizer.UNKNOWN).price("priced", "1", "2");
        assertThat(ask(client, bound, "priced", client.body("priced", "hello", false, false)).statusCode())
                .isEqualTo(200);
    }

    private static Budget budget(String key, boolean hard) {
        return new Budget(UUID.randomUUID(), TestBox.keyScope(key), Budget.Period.DAY, new BigDecimal("100"), "USD",
                hard);
    }

    @ParameterizedTest
    @EnumSource(ChatClient.class)
    void modelWhoseTargetsHaveNoWeightHasNoUpstream(ChatClient client) throws Exception {
        HttpResponse<String> reply = ask(client, "weightless");
        assertThat(reply.statusCode()).isEqualTo(503);
        assertThat(message(client, reply)).contains("no upstream that can be used now");
    }

    @ParameterizedTest
    @EnumSource(ChatClient.class)
    void targetWithoutAPriceServesAndCostsNothing(ChatClient client) {
        assertThat(ask(client, "gemini").statusCode()).isEqualTo(200);
        assertThat(box.lastRow().cost()).isNull();
    }

    @ParameterizedTest
    @EnumSource(ChatClient.class)
    void providerThatAnswersInAnotherDialectIsBroken(ChatClient client) throws Exception {
        gemini.failNext(Failure.OTHER_DIALECT, 1);
        HttpResponse<String> reply = ask(client, "gemini");
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(502);
        assertThat(message(client, reply)).contains("'gemini'");
        assertThat(box.lastRow().usage().totalTokens()).isZero();
    }

    private static Stream<Arguments> idsThatDoNotMatch() {
        return Stream.of(
                Arguments.of(ChatClient.OPENAI,
                        """
                                {"model":"gemini","messages":[{"role":"user","content":"Go"},{"role":"assistant","tool_calls":[{"id":"c1",
                                 "type":"function","function":{"name":"f","arguments":"{}"}}]},
                                 {"role":"tool","tool_call_id":"c2","content":"x"}]}""",
                        "tool_call_id"),
                Arguments.of(ChatClient.ANTHROPIC,
                        """
                                {"model":"gemini","max_tokens":10,"messages":[{"role":"user","content":"Go"},{"role":"assistant",
                                 "content":[{"type":"tool_use","id":"c1","name":"f","input":{}}]},{"role":"user",
                                 "content":[{"type":"tool_result","tool_use_id":"c2","content":"x"}]}]}""",
                        "'c2'"),
                Arguments.of(ChatClient.GEMINI, """
                        {"contents":[{"role":"user","parts":[{"text":"Go"}]},{"role":"model","parts":[{"functionCall":
                         {"name":"f","args":{}}}]},{"role":"user","parts":[{"functionResponse":{"name":"g",
                         "response":{}}}]}]}""", "'g'"));
    }

    @ParameterizedTest
    @MethodSource
    void idsThatDoNotMatch(ChatClient client, String body, String named) throws Exception {
        // The client's own dialect would pass as it is: a target of another one is asked.
        String model = client == ChatClient.GEMINI ? "blind" : "gemini";
        int before = gemini.ledger().entries().size() + deepSeek.ledger().entries().size();
        HttpResponse<String> reply = ask(client, model, body.replace("\"gemini\"", '"' + model + '"'));

        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(400);
        assertThat(message(client, reply)).contains(named);
        assertThat(gemini.ledger().entries().size() + deepSeek.ledger().entries().size()).isEqualTo(before);
    }

    private static Stream<Arguments> picturesThatTheTargetCannotSee() {
        return Stream.of(Arguments.of(ChatClient.OPENAI,
                "{\"model\":\"blind\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\","
                        + "\"image_url\":{\"url\":\"data:image/png;base64," + PICTURE + "\"}}]}]}"),
                Arguments.of(ChatClient.ANTHROPIC,
                        "{\"model\":\"blind\",\"max_tokens\":10,\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":"
                                + "\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\""
                                + PICTURE + "\"}}]}]}"),
                Arguments.of(ChatClient.GEMINI,
                        "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"inlineData\":{\"mimeType\":\"image/png\","
                                + "\"data\":\"" + PICTURE + "\"}}]}]}"));
    }

    @ParameterizedTest
    @MethodSource
    void picturesThatTheTargetCannotSee(ChatClient client, String body) throws Exception {
        int before = deepSeek.ledger().entries().size();
        HttpResponse<String> reply = ask(client, "blind", body);

        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(400);
        assertThat(message(client, reply)).contains("picture");
        assertThat(deepSeek.ledger().entries()).hasSize(before);
    }

    @ParameterizedTest
    @EnumSource(value = ChatClient.class, names = {"OPENAI", "ANTHROPIC"})
    void schemaThatTheTargetCannotFollow(ChatClient client) throws Exception {
        String schema = "{\"type\":\"object\",\"properties\":{\"next\":{\"$ref\":\"#\"}}}";
        String tool = client == ChatClient.OPENAI
                ? "{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":" + schema + "}}"
                : "{\"name\":\"f\",\"input_schema\":" + schema + "}";
        int before = gemini.ledger().entries().size();
        HttpResponse<String> reply = ask(client, "gemini", "{\"model\":\"gemini\",\"max_tokens\":10,\"messages\":"
                + "[{\"role\":\"user\",\"content\":\"Hi\"}],\"tools\":[" + tool + "]}");

        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(400);
        assertThat(message(client, reply)).contains("refers to itself");
        assertThat(gemini.ledger().entries()).hasSize(before);
    }

    @Test
    void adapterWithoutItsOptionIsTheBoxesTrouble() throws Exception {
        box.model("homeless", upstream("homeless", Upstream.Kind.VERTEX, "http://127.0.0.1:1/v1"), "gemini-2.5-flash",
                ModelRoute.Tokenizer.UNKNOWN);
        HttpResponse<String> reply = ask(ChatClient.ANTHROPIC, "homeless");
        CallRecord row = box.lastRow();

        assertThat(reply.statusCode()).isEqualTo(502);
        assertThat(message(ChatClient.ANTHROPIC, reply)).contains("'project' is missing");
        assertThat(Objects.requireNonNull(row.errorCode())).isEqualTo("upstream_error");
    }
}
