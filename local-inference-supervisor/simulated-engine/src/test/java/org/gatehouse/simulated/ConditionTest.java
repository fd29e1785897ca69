package org.gatehouse.simulated;

import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The engine as a whole: asleep, hung, dead, with adapters, of another release. */
@Timeout(60)
class ConditionTest {
    private static final String PATH = "/v1/chat/completions";
    private SimulatedServer server = SimulatedServer.start(Options.forModel("sim"));

    @BeforeEach
    void startWithEverything() {
        start("0.28.0");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void start(String release) {
        server.close();
        server = SimulatedServer.start(Options.forModel("sim").withEverySurface(release));
    }

    private RawClient asks(String text, String... fields) throws IOException {
        RawClient client = new RawClient(server);
        client.send(RawClient.request("POST", PATH, Call.chatBody(text, fields)));
        return client;
    }

    private void control(String json) throws IOException {
        assertThat(RawClient.post(server, "/simulated/control", json).status()).isEqualTo(200);
    }

    private JsonNode state() throws IOException {
        return Call.json(RawClient.get(server, "/simulated/control"));
    }

    private double metric(String name) throws IOException {
        String text = RawClient.get(server, "/metrics").text();
        Matcher matcher = Pattern.compile("^" + Pattern.quote(name) + ".* (\\S+)$", Pattern.MULTILINE).matcher(text);
        assertThat(matcher.find()).as(name + " in\n" + text).isTrue();
        return Double.parseDouble(matcher.group(1));
    }

    @Test
    void asleepItIsHealthyAndRequestsQueueInSilenceUntilItWakes() throws Exception {
        assertThat(RawClient.post(server, "/sleep?level=1", "").body()).isEmpty();
        assertThat(Call.json(RawClient.get(server, "/is_sleeping")).get("is_sleeping").asBoolean()).isTrue();
        assertThat(RawClient.get(server, "/health").status()).isEqualTo(200);
        assertThat(metric("vllm:engine_sleep_state{sleep_state=\"weights_offloaded\"")).isEqualTo(1);
        try (RawClient waiting = asks("[[sim tokens=2]]")) {
            Waiting.until(() -> waits(1));
            assertThat(server.running()).isZero();

            RawClient.post(server, "/wake_up", "");

            assertThat(waiting.answer().status()).isEqualTo(200);
        }
        assertThat(Call.json(RawClient.get(server, "/is_sleeping")).get("is_sleeping").asBoolean()).isFalse();
        assertThat(metric("vllm:engine_sleep_state{sleep_state=\"awake\"")).isEqualTo(1);
    }

    private boolean waits(int requests) {
        try {
            return state().get("waiting").asInt() == requests;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void fallingAsleepAbortsWaitsOrKeepsAsAsked() throws Exception {
        try (RawClient running = asks("[[sim tokens=4000 token-ms=10]]")) {
            Waiting.until(() -> server.running() == 1);
            RawClient.post(server, "/sleep?level=1&mode=abort", "");
            assertThat(Call.json(running.answer()).at("/choices/0/finish_reason").asText()).isEqualTo("abort");
            RawClient.post(server, "/wake_up", "");
        }
        try (RawClient running = asks("[[sim tokens=30 token-ms=10]]")) {
            Waiting.until(() -> server.running() == 1);
            RawClient.post(server, "/sleep?level=1&mode=wait", "");
            assertThat(server.running()).isZero();
            assertThat(Call.json(running.answer()).at("/choices/0/finish_reason").asText()).isEqualTo("stop");
            RawClient.post(server, "/wake_up", "");
        }
        try (RawClient running = asks("[[sim tokens=30 token-ms=10]]")) {
            Waiting.until(() -> server.running() == 1);
            RawClient.post(server, "/sleep?level=1&mode=keep", "");
            Thread.sleep(100);
            int frozen = Call.last(server).outputTokens();
            Thread.sleep(100);
            assertThat(Call.last(server).outputTokens()).isEqualTo(frozen).isLessThan(30);
            RawClient.post(server, "/wake_up", "");
            assertThat(Call.json(running.answer()).at("/choices/0/finish_reason").asText()).isEqualTo("stop");
        }
        assertThat(RawClient.post(server, "/sleep?level=9", "").status()).isEqualTo(400);
        assertThat(RawClient.post(server, "/sleep?mode=snore", "").status()).isEqualTo(400);
    }

    @Test
    void deepestSleepForgetsTheWeightsAndWakesPartByPart() throws Exception {
        RawClient.post(server, "/sleep?level=2", "");
        assertThat(metric("vllm:engine_sleep_state{sleep_state=\"discard_all\"")).isEqualTo(1);
        RawClient.post(server, "/wake_up?tags=weights", "");
        assertThat(state().get("asleep").asBoolean()).isTrue();
        assertThat(state().get("weights_lost").asBoolean()).isTrue();
        assertThat(RawClient.post(server, "/collective_rpc", "{\"method\":\"reload_weights\"}").status())
                .isEqualTo(200);
        RawClient.post(server, "/wake_up?tags=kv_cache", "");
        assertThat(Call.json(RawClient.post(server, "/reset_prefix_cache", "")).get("success").asBoolean()).isTrue();
        assertThat(state().get("asleep").asBoolean()).isFalse();
        assertThat(state().get("weights_lost").asBoolean()).isFalse();
    }

    @Test
    void hungEngineIsHealthyAndMakesNoToken() throws Exception {
        try (RawClient running = asks("[[sim tokens=200 token-ms=5]]")) {
            Waiting.until(() -> server.running() == 1 && Call.last(server).outputTokens() > 3);
            control("{\"hang\":\"engine\"}");
            Thread.sleep(100);
            int tokens = Call.last(server).outputTokens();
            double generated = metric("vllm:generation_tokens_total");
            try (RawClient queued = asks("[[sim tokens=1]]")) {
                Waiting.until(() -> waits(1));
                Thread.sleep(100);
                assertThat(RawClient.get(server, "/health").status()).isEqualTo(200);
                assertThat(Call.last(server).outputTokens()).isZero();
                assertThat(server.ledger().entries().getFirst().outputTokens()).isEqualTo(tokens);
                assertThat(metric("vllm:generation_tokens_total")).isEqualTo(generated);
                control("{\"hang\":\"none\"}");
                assertThat(queued.answer().status()).isEqualTo(200);
            }
            assertThat(running.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void hungServerAcceptsAndNeverAnswers() throws Exception {
        control("{\"hang\":\"server\"}");
        try (RawClient health = new RawClient(server)) {
            health.send(RawClient.request("GET", "/health", ""));
            Thread.sleep(200);
            assertThat(state().get("hang").asText()).isEqualTo("server");
            control("{\"hang\":\"none\"}");
            assertThat(health.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void deadEngineIsUnhealthyAndAnswersWithErrors() throws Exception {
        try (RawClient running = asks("[[sim tokens=4000 token-ms=10]]")) {
            Waiting.until(() -> server.running() == 1);
            control("{\"dead\":true}");
            assertThat(running.answer().status()).isEqualTo(500);
        }
        RawClient.Answer health = RawClient.get(server, "/health");
        assertThat(health.status()).isEqualTo(503);
        assertThat(health.body()).isEmpty();
        assertThat(RawClient.post(server, PATH, Call.chatBody("x")).status()).isEqualTo(500);
        Waiting.until(() -> server.running() == 0);
    }

    @Test
    void refusesPromptsAloneOrEveryCallInGoodHealth() throws Exception {
        String embeds = "{\"model\":\"sim\",\"input\":\"x\"}";
        control("{\"refuse\":\"completions\"}");
        assertThat(RawClient.post(server, PATH, Call.chatBody("x")).status()).isEqualTo(400);
        assertThat(RawClient.post(server, "/v1/embeddings", embeds).status()).isEqualTo(200);
        control("{\"refuse\":\"everything\"}");
        assertThat(RawClient.post(server, "/v1/embeddings", embeds).status()).isEqualTo(400);
        assertThat(RawClient.get(server, "/health").status()).isEqualTo(200);
        assertThat(state().get("refuse").asText()).isEqualTo("everything");
        control("{\"refuse\":\"none\"}");
        assertThat(RawClient.post(server, PATH, Call.chatBody("x")).status()).isEqualTo(200);
    }

    @Test
    void loadAndCacheUsageCanBePretended() throws Exception {
        control("{\"kv_cache_usage\":0.83}");
        assertThat(metric("vllm:kv_cache_usage_perc")).isEqualTo(0.83);
        try (RawClient one = asks("[[sim first-token-ms=60000]]");
                RawClient two = asks("[[sim first-token-ms=60000]]")) {
            Waiting.until(() -> server.running() == 2);
            assertThat(metric("vllm:num_requests_running")).isEqualTo(2);
            assertThat(Call.json(RawClient.get(server, "/load")).get("server_load").asInt()).isEqualTo(2);
            assertThat(one).isNotSameAs(two);
        }
        assertThat(RawClient.post(server, "/simulated/control", "{\"boredom\":1}").status()).isEqualTo(400);
    }

    @Test
    void adaptersAreLoadedServedListedAndUnloaded(@TempDir Path adapter) throws Exception {
        String load = "{\"lora_name\":\"law\",\"lora_path\":\"" + adapter + "\"}";
        RawClient.Answer loaded = RawClient.post(server, "/v1/load_lora_adapter", load);
        assertThat(loaded.status()).isEqualTo(200);
        assertThat(loaded.text()).isEqualTo("Success: LoRA adapter 'law' added successfully.");

        JsonNode card = Call.json(RawClient.get(server, "/v1/models")).at("/data/1");
        assertThat(card.get("id").asText()).isEqualTo("law");
        assertThat(card.get("parent").asText()).isEqualTo("sim");
        JsonNode answer = Call.post(server, PATH, Call.chatBody("x").replace("\"sim\"", "\"law\""));
        assertThat(answer.get("model").asText()).isEqualTo("law");
        assertThat(RawClient.get(server, "/metrics").text()).contains("vllm:lora_requests_info{max_lora=");

        RawClient.Answer again = RawClient.post(server, "/v1/load_lora_adapter", load);
        assertThat(again.status()).isEqualTo(400);
        assertThat(Call.json(again).at("/error/type").asText()).isEqualTo("InvalidUserInput");
        assertThat(RawClient.post(server, "/v1/load_lora_adapter", "{\"lora_name\":\"x\",\"lora_path\":\"/no/where\"}")
                .status()).isEqualTo(404);
        assertThat(RawClient.post(server, "/v1/unload_lora_adapter", "{\"lora_name\":\"law\"}").text())
                .isEqualTo("Success: LoRA adapter 'law' removed successfully.");
        assertThat(RawClient.post(server, "/v1/unload_lora_adapter", "{\"lora_name\":\"law\"}").status())
                .isEqualTo(404);
        assertThat(RawClient.post(server, PATH, Call.chatBody("x").replace("\"sim\"", "\"law\"")).status())
                .isEqualTo(404);
    }

    @Test
    void saltAndPriorityStandInTheLedger() throws Exception {
        Call.chat(server, "x", "\"cache_salt\":\"department-7\"", "\"priority\":-3");

        assertThat(Call.last(server).cacheSalt()).isEqualTo("department-7");
        assertThat(Call.last(server).priority()).isEqualTo(-3);
        JsonNode entry = Call.json(RawClient.get(server, "/simulated/ledger")).at("/requests/0");
        assertThat(entry.get("cache_salt").asText()).isEqualTo("department-7");
        assertThat(entry.get("priority").asInt()).isEqualTo(-3);
        Call.chat(server, "x");
        assertThat(Call.last(server).priority()).isNull();
    }

    @Test
    void requestIdIsEchoedWhereAskedFor() throws Exception {
        assertThat(RawClient.post(server, PATH, Call.chatBody("x"), "X-Request-Id: abc").headers())
                .containsEntry("x-request-id", "abc");
    }

    @Test
    void releaseDecidesNamesAndWords() throws Exception {
        String now = RawClient.get(server, "/metrics").text();
        assertThat(now).contains("vllm:kv_cache_usage_perc", "vllm:inter_token_latency_seconds",
                "vllm:prefix_cache_hits_total").doesNotContain("vllm:gpu_");
        start("0.10.2");
        String then = RawClient.get(server, "/metrics").text();
        assertThat(then).contains("vllm:gpu_cache_usage_perc", "vllm:time_per_output_token_seconds",
                "vllm:gpu_prefix_cache_hits_total").doesNotContain("sleep_state");
        assertThat(Call.json(RawClient.get(server, "/version")).get("version").asText()).isEqualTo("0.10.2+simulated");
        JsonNode answer = Call.json(Call.chat(server, "[[sim reasoning=4 tokens=2]]"));
        assertThat(answer.at("/choices/0/message/reasoning_content").asText()).isNotEmpty();
        assertThat(answer.at("/choices/0/message").has("reasoning")).isFalse();
    }
}
