package org.gatehouse.gateway;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.governance.snapshot.EngineTerms;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.simulated.LedgerEntry;

import static org.assertj.core.api.Assertions.assertThat;

/** What a client sends to steer an engine does not get there, and what the box steers it with does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EngineFieldsTest {
    private static final String CHAT = "/v1/chat/completions";

    private final TestBox box = new TestBox();
    private final String key = box.key("engine-fields");

    @AfterAll
    void close() {
        box.assertNothingHeld();
        box.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"request_id\":\"mine\"",
            "\"kv_transfer_params\":{\"do_remote_prefill\":true,\"remote_host\":\"evil\"}",
            "\"ec_transfer_params\":{}", "\"vllm_xargs\":{\"a\":[1,2]}", "\"priority\":-100", "\"priority\" : null",
            "\"cache_salt\":\"their salt\"", "\"cache\\u005fsalt\":\"their salt\"", "\"rid\":\"x\"",
            "\"bootstrap_host\":\"evil\"", "\"data_parallel_rank\":1", "\"custom_logit_processor\":\"gASV\"",
            "\"lora\":[{\"id\":0,\"scale\":1.0}]", "\"id_slot\":0", "\"generation_config\":\"{}\"",
            "\"disaggregated_params\":{}"})
    void fieldThatSteersAnEngineDoesNotReachIt(String field) {
        String body = TestBox.chat("local", "[[sim tokens=1]]", "," + field + ",\"seed\":1");
        assertThat(box.post(key, CHAT, body).statusCode()).isEqualTo(200);
        LedgerEntry seen = last();

        assertThat(withoutSalt(body(seen)))
                .isEqualTo(TestBox.chat("engine-model", "[[sim tokens=1]]", ",\"seed\":1"));
        assertThat(seen.priority()).isNull();
        assertThat(seen.cacheSalt()).isNotEqualTo("their salt");
    }

    @Test
    void serviceWithTenantsOfItsOwnGetsSuchFieldsUntouched() {
        String body = TestBox.chat("cloud", "[[sim tokens=1]]", ",\"priority\":1,\"request_id\":\"mine\"");
        assertThat(box.post(key, CHAT, body).statusCode()).isEqualTo(200);

        assertThat(Objects.requireNonNull(box.cloud.ledger().entries().getLast().body()))
                .isEqualTo(body.replace("\"cloud\"", "\"cloud-model\""));
    }

    @Test
    void headersThatSteerAnEngineDoNotReachItAndItsRequestIdIsTheCallsOwn() {
        String body = TestBox.chat("local", "[[sim tokens=1]]", "");
        try (RawClient client = new RawClient(box)) {
            client.send(("POST " + CHAT + " HTTP/1.1\r\nhost: box\r\nauthorization: Bearer " + key
                    + "\r\nx-request-id: mine\r\nX-data-parallel-rank: 3\r\nx-flow-conversation-id: c\r\n"
                    + "endpoint-load-metrics-format: JSON\r\ncontent-type: application/json\r\ncontent-length: "
                    + body.length() + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII));
            RawClient.Reply reply = client.reply();
            assertThat(reply.status()).isEqualTo(200);
            assertThat(reply.header("x-request-id")).isEqualTo("mine");
        }
        LedgerEntry seen = last();

        assertThat(seen.headers().keySet().stream().map(name -> name.toLowerCase(Locale.ROOT)))
                .containsExactlyInAnyOrder("host", "content-length", "user-agent", "content-type", "traceparent",
                        "x-request-id", "accept-encoding");
        assertThat(seen.id()).isEqualTo(box.row("mine").id().toString());
    }

    @Test
    void departmentsHaveSaltsOfTheirOwnThatSayNothingOfThem() {
        String other = ofDepartment("other", UUID.fromString("00000000-0000-7000-8000-0000000000d2"));
        String first = salt(key, CHAT, TestBox.chat("local", "[[sim tokens=1]]", ""));
        String sameDepartment = salt(box.key("colleague"), "/v1/completions",
                "{\"model\":\"local\",\"prompt\":\"[[sim tokens=1]]\"}");
        String stranger = salt(other, "/v1/responses", "{\"model\":\"local\",\"input\":\"[[sim tokens=1]]\"}");

        assertThat(first).matches("[A-Za-z0-9_-]{43}").isEqualTo(sameDepartment).isNotEqualTo(stranger)
                .doesNotContain(TestBox.DEPARTMENT.toString());
    }

    @Test
    void fieldsAreNotPutWhereTheEngineDoesNotKnowThem() {
        assertThat(salt(key, "/v1/embeddings", "{\"model\":\"local\",\"input\":\"x\"}")).isEmpty();
        for (Upstream.Kind kind : List.of(Upstream.Kind.LLAMA_CPP, Upstream.Kind.TENSORRT_LLM,
                Upstream.Kind.TRANSFORMERS, Upstream.Kind.OPENAI_COMPATIBLE)) {
            box.model(kind.id(), box.upstream(kind.id(), kind, box.engine.uri() + "/v1", null, true), "engine-model",
                    ModelRoute.Tokenizer.UNKNOWN);
            assertThat(salt(key, CHAT, TestBox.chat(kind.id(), "[[sim tokens=1]]", ",\"cache_salt\":\"x\"")))
                    .as(kind.id()).isEmpty();
        }
    }

    @Test
    void priorityOfThePolicyIsSentWhereTheEngineHeedsItAndNowhereElse() {
        Upstream plain = box.upstream("plain", Upstream.Kind.VLLM, box.engine.uri() + "/v1", null, true);
        box.model("by-priority", new Upstream(UUID.randomUUID(), "by-priority", plain.kind(), plain.baseUrl(), null,
                true, true, true, plain.timeouts(), plain.maxReplyBytes(), true), "engine-model",
                ModelRoute.Tokenizer.UNKNOWN);
        String urgent = withTerms("urgent", new EngineTerms(-7, EngineTerms.PrefixCache.DEPARTMENT, Duration.ZERO));
        String asking = ",\"priority\":-10";

        salt(urgent, CHAT, TestBox.chat("by-priority", "[[sim tokens=1]]", asking));
        assertThat(last().priority()).isEqualTo(-7);
        salt(urgent, "/v1/responses", "{\"model\":\"by-priority\",\"input\":\"[[sim tokens=1]]\"}");
        assertThat(last().priority()).isEqualTo(-7);
        salt(urgent, CHAT, TestBox.chat("local", "[[sim tokens=1]]", asking));
        assertThat(last().priority()).isNull();
        salt(key, CHAT, TestBox.chat("by-priority", "[[sim tokens=1]]", asking));
        assertThat(last().priority()).isNull();
    }

    @Test
    void policySaysWithWhomRememberedPromptsAreShared() {
        String alone = withTerms("alone", new EngineTerms(0, EngineTerms.PrefixCache.KEY, Duration.ZERO));
        String alike = withTerms("alike", new EngineTerms(0, EngineTerms.PrefixCache.KEY, Duration.ZERO));
        String open = withTerms("open", new EngineTerms(0, EngineTerms.PrefixCache.BOX, Duration.ZERO));
        String chat = TestBox.chat("local", "[[sim tokens=1]]", "");

        assertThat(List.of(salt(alone, CHAT, chat), salt(alike, CHAT, chat), salt(open, CHAT, chat),
                salt(key, CHAT, chat))).doesNotHaveDuplicates().doesNotContain("");
    }

    private String withTerms(String name, EngineTerms terms) {
        return box.key(name, key -> new KeyRecord(key.id(), key.name(), key.organisationId(), key.departmentId(),
                key.departmentName(), key.projectId(), key.projectName(), key.owner(), key.ownerName(), key.state(),
                key.expiresAt(), key.models(), key.surfaces(), key.addresses(), key.limits(), key.budgets(),
                key.recording(), key.recordingDays(), terms));
    }

    private String ofDepartment(String name, UUID department) {
        return box.key(name, key -> new KeyRecord(key.id(), key.name(), key.organisationId(), department, "Other",
                key.projectId(), key.projectName(), key.owner(), key.ownerName(), key.state(), key.expiresAt(),
                key.models(), key.surfaces(), key.addresses(), key.limits(), key.budgets(), key.recording()));
    }

    private String salt(String caller, String path, String body) {
        assertThat(box.post(caller, path, body).statusCode()).as(body).isEqualTo(200);
        return last().cacheSalt();
    }

    private LedgerEntry last() {
        return box.engine.ledger().entries().getLast();
    }

    private static String body(LedgerEntry entry) {
        return Objects.requireNonNull(entry.body());
    }

    private static String withoutSalt(String body) {
        return body.replaceFirst("\"cache_salt\":\"[\\w-]{43}\",", "");
    }
}
