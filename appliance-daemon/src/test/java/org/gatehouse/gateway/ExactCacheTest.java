package org.gatehouse.gateway;

import java.math.BigDecimal;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.Saved;
import org.gatehouse.audit.Usage;
import org.gatehouse.governance.snapshot.CacheTerms;
import org.gatehouse.governance.snapshot.CacheTerms.Sharing;
import org.gatehouse.governance.snapshot.EngineTerms;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Upstream;

import static org.assertj.core.api.Assertions.assertThat;

/** The same question twice: one answer from the model, one from memory, and nobody gets what is not theirs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExactCacheTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String COLD = ",\"temperature\":0";
    private static final Duration HOUR = Duration.ofHours(1);

    private final TestBox box = new TestBox();
    private final AtomicInteger names = new AtomicInteger();

    @BeforeEach
    void open() {
        box.cache.purge();
        box.price("local", "1", "2").price("cloud", "1", "2");
        share(Sharing.KEY);
    }

    @AfterEach
    void nothingIsHeld() {
        box.assertNothingHeld();
        box.assertLedgerEqualsRows();
    }

    @AfterAll
    void close() {
        box.close();
    }

    private void share(Sharing sharing) {
        terms(new CacheTerms(true, HOUR, 64 << 10, sharing, false));
    }

    private void terms(CacheTerms terms) {
        box.cached("local", terms).cached("cloud", terms);
    }

    private String key() {
        return key(key -> key);
    }

    private String key(UnaryOperator<KeyRecord> change) {
        return box.key("cache-" + names.incrementAndGet(), key -> allowed(change.apply(key), true));
    }

    private static KeyRecord allowed(KeyRecord key, boolean cached) {
        return new KeyRecord(key.id(), key.name(), key.organisationId(), key.departmentId(), key.departmentName(),
                key.projectId(), key.projectName(), key.owner(), key.ownerName(), key.state(), key.expiresAt(),
                key.models(), key.surfaces(), key.addresses(), key.limits(), key.budgets(), key.recording(),
                key.recordingDays(), key.engineTerms(), cached);
    }

    private static KeyRecord of(KeyRecord key, UUID department, UUID project, EngineTerms engineTerms) {
        return new KeyRecord(key.id(), key.name(), key.organisationId(), department, "d", project, "p", key.owner(),
                key.ownerName(), key.state(), key.expiresAt(), key.models(), key.surfaces(), key.addresses(),
                key.limits(), key.budgets(), key.recording(), key.recordingDays(), engineTerms, true);
    }

    private HttpResponse<String> ask(String key, String prompt, String more) {
        return box.post(key, CHAT, TestBox.chat("local", prompt, more));
    }

    private static String told(HttpResponse<String> reply) {
        return reply.headers().firstValue("x-gatehouse-cache").orElse("");
    }

    @Test
    void secondAnswerComesFromTheCacheByteForByteCostsNothingAndSaysWhatItSaved() {
        String key = key();
        HttpResponse<String> first = ask(key, "[[sim tokens=5]] hello", COLD);
        CallRecord made = box.lastRow();
        box.nanoTime.addAndGet(Duration.ofSeconds(90).toNanos());
        HttpResponse<String> second = ask(key, "[[sim tokens=5]] hello", COLD);

        assertThat(told(first)).isEqualTo("miss");
        assertThat(told(second)).isEqualTo("hit-exact");
        assertThat(second.headers().firstValue("age")).contains("90");
        assertThat(second.headers().firstValue("x-gatehouse-upstream")).isEmpty();
        assertThat(second.headers().firstValue("x-gatehouse-simulated")).contains("true");
        assertThat(second.body()).isEqualTo(first.body());
        CallRecord row = box.lastRow();
        assertThat(row.outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(row.upstream()).isNull();
        assertThat(row.modelServed()).isEqualTo("engine-model");
        assertThat(row.usage()).isEqualTo(Usage.tokens(0, 0, Usage.Source.CACHED));
        assertThat(Objects.requireNonNull(row.cost()).amount()).isEqualByComparingTo(BigDecimal.ZERO);
        assertThat(row.saved()).isEqualTo(
                new Saved(made.usage().inputTokens(), 5, Objects.requireNonNull(made.cost())));
    }

    @ParameterizedTest
    @CsvSource({"local,false,true", "local,true,false", "local,true,true", "cloud,false,true", "cloud,true,false",
            "cloud,true,true"})
    void answerIsRepeatedInWhicheverFormItIsAskedFor(String model, boolean first, boolean second) {
        String key = key();
        String prompt = "[[sim tokens=9 reasoning=3]] hello " + names.get();
        HttpResponse<String> made = box.post(key, CHAT, TestBox.chat(model, prompt, COLD + stream(first)));
        CallRecord madeRow = box.lastRow();
        HttpResponse<String> repeated = box.post(key, CHAT, TestBox.chat(model, prompt, COLD + stream(second)));

        assertThat(told(made)).as(made.body()).isEqualTo("miss");
        assertThat(told(repeated)).isEqualTo("hit-exact");
        assertThat(words(repeated.body())).isEqualTo(words(made.body())).isNotBlank();
        assertThat(Objects.requireNonNull(box.lastRow().saved()).outputTokens())
                .isEqualTo(madeRow.usage().outputTokens());
        if (second) {
            assertThat(repeated.body()).endsWith("data: [DONE]\n\n").contains("\"finish_reason\":\"stop\"")
                    .doesNotContain("usage");
        }
    }

    private static String stream(boolean streamed) {
        return streamed ? ",\"stream\":true" : "";
    }

    /** All that stands in fields called content, put together. */
    private static String words(String body) {
        StringBuilder words = new StringBuilder();
        java.util.regex.Matcher matcher = java.util.regex.Pattern.compile("\"content\":\"([^\"]*)\"").matcher(body);
        while (matcher.find()) {
            words.append(matcher.group(1));
        }
        return words.toString();
    }

    @Test
    void nothingIsKeptUnlessRouteAndKeyBothWantIt() {
        String unwilling = box.key("cache-off", key -> allowed(key, false));
        assertThat(told(ask(unwilling, "one", COLD))).isEqualTo("off");
        assertThat(told(ask(unwilling, "one", COLD))).isEqualTo("off");
        terms(CacheTerms.OFF);
        String willing = key();
        assertThat(told(ask(willing, "one", COLD))).isEqualTo("off");
        assertThat(told(ask(willing, "one", COLD))).isEqualTo("off");
        assertThat(box.cache.figures().entries()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",\"temperature\":0.7", ",\"temperature\":0.7,\"n\":2",
            ",\"temperature\":0,\"logprobs\":true",
            ",\"temperature\":0,\"web_search_options\":{\"search_context_size\":\"low\"}",
            ",\"temperature\":0,\"guided_regex\":\"a+\""})
    void questionsWithoutALastingAnswerAreNotKept(String more) {
        String key = key();
        ask(key, "two", more);
        assertThat(told(ask(key, "two", more))).isEqualTo("off");
    }

    @Test
    void chanceIsRepeatedWithASeedOrWhereTheRouteSaysSo() {
        String key = key();
        ask(key, "seeded", ",\"seed\":7");
        assertThat(told(ask(key, "seeded", ",\"seed\":7"))).isEqualTo("hit-exact");
        terms(new CacheTerms(true, HOUR, 64 << 10, Sharing.KEY, true));
        ask(key, "warm", "");
        assertThat(told(ask(key, "warm", ""))).isEqualTo("hit-exact");
    }

    @ParameterizedTest
    @CsvSource({"KEY,miss,miss,miss", "PROJECT,hit-exact,miss,miss", "DEPARTMENT,hit-exact,hit-exact,miss"})
    void answersStayWithTheirTenant(Sharing sharing, String sameProject, String sameDepartment, String elsewhere) {
        share(sharing);
        UUID department = UUID.randomUUID();
        UUID project = UUID.randomUUID();
        String mine = key(key -> of(key, department, project, EngineTerms.DEFAULT));
        String colleague = key(key -> of(key, department, project, EngineTerms.DEFAULT));
        String neighbour = key(key -> of(key, department, UUID.randomUUID(), EngineTerms.DEFAULT));
        String stranger = key(key -> of(key, UUID.randomUUID(), UUID.randomUUID(), EngineTerms.DEFAULT));
        String prompt = "what is our secret " + sharing;

        assertThat(told(ask(mine, prompt, COLD))).isEqualTo("miss");
        assertThat(told(ask(stranger, prompt, COLD))).isEqualTo(elsewhere);
        box.cache.purge();
        ask(mine, prompt, COLD);
        assertThat(told(ask(neighbour, prompt, COLD))).isEqualTo(sameDepartment);
        box.cache.purge();
        ask(mine, prompt, COLD);
        assertThat(told(ask(colleague, prompt, COLD))).isEqualTo(sameProject);
        assertThat(told(ask(mine, prompt, COLD))).isEqualTo("hit-exact");
    }

    @Test
    void everyTenantHearsItsOwnAnswerHoweverManyAskTheSame() throws Exception {
        share(Sharing.PROJECT);
        int tenants = 12;
        String[] keys = new String[tenants];
        for (int i = 0; i < tenants; i++) {
            // Two keys a project.
            UUID project = new UUID(7, i / 2);
            keys[i] = key(key -> of(key, TestBox.DEPARTMENT, project, EngineTerms.DEFAULT));
        }
        java.util.concurrent.ConcurrentHashMap<String, Integer> owner = new java.util.concurrent.ConcurrentHashMap<>();
        try (var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
            java.util.List<java.util.concurrent.Future<?>> all = new java.util.ArrayList<>();
            for (int round = 0; round < 20; round++) {
                for (int i = 0; i < tenants; i++) {
                    int tenant = i;
                    all.add(threads.submit(() -> {
                        HttpResponse<String> reply = ask(keys[tenant], "[[sim tokens=3]] same for all", COLD);
                        // The engine gives each answer an id of its own, so an id tells whose it was.
                        String id = reply.body().replaceAll("(?s).*\"id\":\"([^\"]+)\".*", "$1");
                        Integer other = owner.putIfAbsent(id, tenant / 2);
                        assertThat(other == null || other == tenant / 2).as("an answer crossed over").isTrue();
                        return null;
                    }));
                }
            }
            for (java.util.concurrent.Future<?> one : all) {
                one.get();
            }
        }
        assertThat(box.cache.figures().entries()).isEqualTo(tenants / 2);
    }

    @Test
    void keyThatIsAloneWithItsEnginesIsAloneHere() {
        share(Sharing.DEPARTMENT);
        EngineTerms alone = new EngineTerms(0, EngineTerms.PrefixCache.KEY, Duration.ZERO);
        String shy = key(key -> of(key, TestBox.DEPARTMENT, TestBox.PROJECT, alone));
        String open = key();
        ask(open, "alone", COLD);
        assertThat(told(ask(shy, "alone", COLD))).isEqualTo("miss");
        assertThat(told(ask(shy, "alone", COLD))).isEqualTo("hit-exact");
    }

    @Test
    void keyThatMayNotUseTheModelGetsNoKeptAnswerEither() {
        share(Sharing.DEPARTMENT);
        ask(key(), "forbidden", COLD);
        String bound = box.boundKey("cache-bound", KeyRecord.State.ACTIVE, null, TestBox.only("cloud"),
                org.gatehouse.governance.snapshot.Grant.all(), java.util.List.of());
        assertThat(ask(bound, "forbidden", COLD).statusCode()).isEqualTo(403);
        String revoked = box.key("cache-revoked", key -> new KeyRecord(key.id(), key.name(), key.organisationId(),
                key.departmentId(), key.departmentName(), key.projectId(), key.projectName(), null, null,
                KeyRecord.State.REVOKED, null, key.models(), key.surfaces(), key.addresses(), key.limits(),
                key.budgets(), key.recording(), key.recordingDays(), key.engineTerms(), true));
        assertThat(ask(revoked, "forbidden", COLD).statusCode()).isEqualTo(401);
    }

    @Test
    void answerIsForgottenWhenItsTimeIsOverOrTheRouteShortensIt() {
        String key = key();
        ask(key, "aging", COLD);
        box.nanoTime.addAndGet(HOUR.toNanos() - 1);
        assertThat(told(ask(key, "aging", COLD))).isEqualTo("hit-exact");
        terms(new CacheTerms(true, Duration.ofMinutes(1), 64 << 10, Sharing.KEY, false));
        assertThat(told(ask(key, "aging", COLD))).isEqualTo("miss");
        assertThat(told(ask(key, "aging", COLD))).isEqualTo("hit-exact");
        box.nanoTime.addAndGet(Duration.ofMinutes(1).toNanos());
        assertThat(told(ask(key, "aging", COLD))).isEqualTo("miss");
    }

    @Test
    void answersThatAreTooLargeAreNotKeptAndAllTogetherStayWithinTheirBound() {
        terms(new CacheTerms(true, HOUR, 2000, Sharing.KEY, false));
        String key = key();
        ask(key, "[[sim tokens=900]] large", COLD);
        assertThat(told(ask(key, "[[sim tokens=900]] large", COLD))).isEqualTo("miss");
        terms(new CacheTerms(true, HOUR, 1 << 20, Sharing.KEY, false));
        for (int i = 0; i < 60; i++) {
            ask(key, "[[sim tokens=1000]] many " + i, COLD + (i % 2 == 0 ? ",\"stream\":true" : ""));
            assertThat(box.cache.figures().bytes()).isLessThanOrEqualTo(TestBox.CACHE_BYTES);
        }
        assertThat(box.cache.figures().evicted()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"fault=cut", "fault=cut-clean", "fault=error-event", "fault=bad-json", "fault=status-500",
            "fault=truncated-json", "fault=empty-200", "fault=html-502", "fault=status-400"})
    void onlyWholeAnswersAreKept(String fault) {
        String key = key();
        for (boolean streamed : new boolean[]{false, true}) {
            // A model of its own: what fails is not asked again for a while.
            String model = "faulty-" + names.incrementAndGet();
            box.model(model, box.upstream(model, Upstream.Kind.OPENAI_COMPATIBLE, box.cloud.uri() + "/v1",
                    "sk-upstream", false), "cloud-model", ModelRoute.Tokenizer.UNKNOWN)
                    .cached(model, new CacheTerms(true, HOUR, 64 << 10, Sharing.KEY, false));
            try (RawClient client = new RawClient(box)) {
                RawClient.Reply reply = client.post(key, CHAT, "c-" + UUID.randomUUID(), TestBox.chat(model,
                        "[[sim tokens=20 " + fault + "]] faulty", COLD + stream(streamed))).reply();
                assertThat(reply.header("x-gatehouse-cache")).isEqualTo("miss");
            }
            assertThat(box.cache.figures().entries()).as(fault + streamed).isZero();
        }
    }

    @Test
    void answerThatAQuotaCutIsNotKept() {
        String name = "cache-cut";
        box.limitedKey(name, new Limit(UUID.randomUUID(), TestBox.keyScope(name), Limit.Kind.TOTAL_OUTPUT_TOKENS, 9));
        Limit limit = new Limit(UUID.randomUUID(), TestBox.keyScope(name), Limit.Kind.TOTAL_OUTPUT_TOKENS, 9);
        for (String model : new String[]{"local", "cloud"}) {
            for (boolean streamed : new boolean[]{false, true}) {
                String fresh = name + names.incrementAndGet();
                String key = box.key(fresh, record -> allowed(new KeyRecord(record.id(), record.name(),
                        record.organisationId(), record.departmentId(), record.departmentName(), record.projectId(),
                        record.projectName(), null, null, record.state(), null, record.models(), record.surfaces(),
                        record.addresses(), java.util.List.of(new Limit(UUID.randomUUID(), TestBox.keyScope(fresh),
                                limit.kind(), limit.amount())),
                        record.budgets(), record.recording()), true));
                box.post(key, CHAT, TestBox.chat(model, "[[sim tokens=600]] cut", COLD + stream(streamed)));
                assertThat(box.lastRow().outcome()).isEqualTo(Outcome.CUT_BY_QUOTA);
                assertThat(box.cache.figures().entries()).isZero();
            }
        }
    }

    @Test
    void answerThatTheClientCappedIsKeptForThatCapOnly() {
        String key = key();
        ask(key, "[[sim tokens=50]] capped", COLD + ",\"max_tokens\":4");
        assertThat(told(ask(key, "[[sim tokens=50]] capped", COLD + ",\"max_tokens\":4"))).isEqualTo("hit-exact");
        assertThat(told(ask(key, "[[sim tokens=50]] capped", COLD + ",\"max_tokens\":5"))).isEqualTo("miss");
        assertThat(told(ask(key, "[[sim tokens=50]] capped", COLD))).isEqualTo("miss");
    }

    @Test
    void hitCountsAgainstTheRateOfRequestsAndAgainstNoQuotaOfTokens() {
        String name = "cache-rated";
        Limit requests = new Limit(UUID.randomUUID(), TestBox.keyScope(name), Limit.Kind.REQUESTS_PER_MINUTE, 4);
        Limit tokens = new Limit(UUID.randomUUID(), TestBox.keyScope(name), Limit.Kind.TOTAL_TOKENS, 2000);
        String key = box.key(name, record -> allowed(new KeyRecord(record.id(), record.name(), record.organisationId(),
                record.departmentId(), record.departmentName(), record.projectId(), record.projectName(), null, null,
                record.state(), null, record.models(), record.surfaces(), record.addresses(),
                java.util.List.of(requests, tokens), record.budgets(), record.recording()), true));
        ask(key, "[[sim tokens=5]] rated", COLD);
        long used = box.ledger.balanceOf(TestBox.keyScope(name)).outputUsed();
        for (int i = 0; i < 3; i++) {
            HttpResponse<String> hit = ask(key, "[[sim tokens=5]] rated", COLD);
            assertThat(told(hit)).isEqualTo("hit-exact");
            assertThat(hit.headers().firstValue("x-ratelimit-remaining-requests")).contains(Integer.toString(2 - i));
        }
        HttpResponse<String> refused = ask(key, "[[sim tokens=5]] rated", COLD);
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(told(refused)).isEqualTo("off");
        assertThat(box.lastRow().saved()).isNull();
        assertThat(box.ledger.balanceOf(TestBox.keyScope(name)).outputUsed()).isEqualTo(used).isEqualTo(5);
    }

    @Test
    void hitIsNotGivenWhenItCannotBeRecorded() {
        String key = key();
        ask(key, "unrecorded", COLD);
        box.writable = false;
        try {
            HttpResponse<String> refused = ask(key, "unrecorded", COLD);
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(told(refused)).isEqualTo("off");
        } finally {
            box.writable = true;
        }
    }

    @Test
    void answersOfAModelAreForgottenWhenTheyArePurgedOrTheModelChanges() {
        String key = key();
        ask(key, "purged", COLD);
        box.post(key, CHAT, TestBox.chat("cloud", "purged", COLD));
        assertThat(box.cache.figures().entries()).isEqualTo(2);
        assertThat(box.cache.purge(box.route("local").id())).isEqualTo(1);
        assertThat(told(ask(key, "purged", COLD))).isEqualTo("miss");
        box.cached("local", CacheTerms.OFF);
        box.cache.follow(box.snapshot());
        assertThat(box.cache.figures().entries()).isEqualTo(1);
    }

    @Test
    void officialOpenAiClientReadsARepeatedStreamAsItReadsTheFirst() {
        OpenAIClient client = OpenAIOkHttpClient.builder().baseUrl(box.uri("/v1").toString()).apiKey(key())
                .maxRetries(0).timeout(Duration.ofSeconds(20)).build();
        ChatCompletionCreateParams params = ChatCompletionCreateParams.builder().model("local").temperature(0)
                .addUserMessage("weather? [[sim tool]]")
                .addFunctionTool(FunctionDefinition.builder().name("weather").build())
                .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build()).build();
        ChatCompletion first = accumulated(client, params);
        ChatCompletion second = accumulated(client, params);

        assertThat(box.lastRow().saved()).isNotNull();
        assertThat(second.choices().getFirst().message().toolCalls())
                .isEqualTo(first.choices().getFirst().message().toolCalls());
        assertThat(second.choices().getFirst().message().toolCalls().orElseThrow()).hasSize(1);
        assertThat(second.choices().getFirst().finishReason()).isEqualTo(first.choices().getFirst().finishReason());
        assertThat(second.usage().orElseThrow().totalTokens()).isEqualTo(first.usage().orElseThrow().totalTokens());

        ResponseCreateParams ask = ResponseCreateParams.builder().model("local").input("[[sim tokens=6]] hello")
                .temperature(0).build();
        Response plain = client.responses().create(ask);
        try (StreamResponse<ResponseStreamEvent> stream = client.responses().createStreaming(ask)) {
            ResponseStreamEvent last = stream.stream().reduce((_, event) -> event).orElseThrow();
            assertThat(last.asCompleted().response().output().getLast().asMessage().content().getFirst().asOutputText()
                    .text()).isEqualTo(plain.output().getLast().asMessage().content().getFirst().asOutputText().text());
        }
        assertThat(box.lastRow().saved()).isNotNull();
        client.close();
    }

    private static ChatCompletion accumulated(OpenAIClient client, ChatCompletionCreateParams params) {
        ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> stream = client.chat().completions().createStreaming(params)) {
            stream.stream().forEach(accumulator::accumulate);
        }
        return accumulator.chatCompletion();
    }

    @Test
    void officialAnthropicClientReadsARepeatedStreamAsItReadsTheFirst() {
        AnthropicClient client = AnthropicOkHttpClient.builder().baseUrl(box.uri("").toString()).apiKey(key())
                .maxRetries(0).build();
        MessageCreateParams params = MessageCreateParams.builder().model("cloud").maxTokens(100)
                .putAdditionalBodyProperty("temperature", com.anthropic.core.JsonValue.from(0))
                .addUserMessage("[[sim tokens=6]] hello").build();
        HttpResponse<String> raw = box.post(key(), "/v1/messages",
                "{\"model\":\"cloud\",\"max_tokens\":100,\"stream\":true,"
                        + "\"temperature\":0,\"messages\":[{\"role\":\"user\",\"content\":\"[[sim tokens=6]] hello\"}]}");
        assertThat(told(raw)).as(raw.body()).isEqualTo("miss");
        assertThat(box.cache.figures().entries()).as(raw.body()).isEqualTo(1);
        Message first = accumulated(client, params);
        Message second = accumulated(client, params);
        Message plain = client.messages().create(params);

        assertThat(box.rows.stream().filter(row -> row.dialect().equals("anthropic") && row.saved() != null))
                .hasSize(2);
        assertThat(second.content()).isEqualTo(first.content()).isNotEmpty();
        assertThat(plain.content()).isEqualTo(first.content());
        assertThat(second.stopReason()).isEqualTo(first.stopReason()).isPresent();
        assertThat(second.usage().outputTokens()).isEqualTo(6).isEqualTo(first.usage().outputTokens());
        client.close();
    }

    private static Message accumulated(AnthropicClient client, MessageCreateParams params) {
        MessageAccumulator accumulator = MessageAccumulator.create();
        try (com.anthropic.core.http.StreamResponse<RawMessageStreamEvent> stream = client.messages()
                .createStreaming(params)) {
            stream.stream().forEach(accumulator::accumulate);
        }
        return accumulator.message();
    }

    @Test
    void geminiStreamIsRepeated() {
        String key = key();
        String body = "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"[[sim tokens=6]] hi\"}]}],"
                + "\"generationConfig\":{\"temperature\":0}}";
        HttpResponse<String> first = gemini(key, ":streamGenerateContent?alt=sse", body);
        HttpResponse<String> second = gemini(key, ":streamGenerateContent?alt=sse", body);
        HttpResponse<String> plain = gemini(key, ":generateContent", body);

        assertThat(told(first)).as(first.body()).isEqualTo("miss");
        assertThat(told(second)).isEqualTo("hit-exact");
        assertThat(told(plain)).isEqualTo("hit-exact");
        assertThat(second.body()).contains("\"finishReason\":\"STOP\"").startsWith("data: ");
        assertThat(plain.body()).contains("\"finishReason\":\"STOP\"").startsWith("{");
    }

    private HttpResponse<String> gemini(String key, String method, String body) {
        return box.send(HttpRequest.newBuilder(box.uri("/v1beta/models/cloud" + method))
                .header("x-goog-api-key", key).header("content-type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)).build());
    }
}
