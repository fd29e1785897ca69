package org.gatehouse.gateway.providers;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.providers.Question.Kind;
import org.gatehouse.simulated.providers.LedgerEntry;
import org.gatehouse.simulated.providers.ProviderKind;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every official client against every provider: each answer passes the client's own validation and says what the provider
 * said, its usage is to the token what the provider made, and the provider got what the client asked.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClientMatrixIT {
    private static final String ENGINE = "local";
    private static final int ENOUGH = 12;

    private final ProvidersBox park = new ProvidersBox(ProviderKind.OPENAI, ProviderKind.AZURE_OPENAI,
            ProviderKind.ANTHROPIC, ProviderKind.GEMINI, ProviderKind.MISTRAL, ProviderKind.DEEPSEEK,
            ProviderKind.DASHSCOPE);
    private final List<Asker> askers = askers(park.box.uri(""), park.key);
    private final List<Served> served = served();

    /** What the far side says of one call. */
    private record Made(long input, long output, String body) {}

    /** A provider with its models. */
    private record Served(String name, Supplier<List<Made>> ledger, String model, String thinker, String seer,
            String thinking, boolean showsThoughts) {}

    static List<Asker> askers(URI base, String key) {
        return List.of(new OpenAiChatAsker(base, key), new ResponsesAsker(base, key), new AnthropicAsker(base, key),
                new GoogleAsker(base, key), new LangChainAsker(base, key));
    }

    private List<Served> served() {
        return List.of(of(ProviderKind.OPENAI, "gpt-4o", "gpt-5", "gpt-4o", false),
                of(ProviderKind.AZURE_OPENAI, "gpt-4o", "gpt-5", "gpt-4o", false),
                of(ProviderKind.ANTHROPIC, "claude-sonnet-4-5", "claude-sonnet-4-5", "claude-sonnet-4-5", true),
                of(ProviderKind.GEMINI, "gemini-2.5-flash", "gemini-3-pro-preview", "gemini-2.5-flash", true),
                of(ProviderKind.MISTRAL, "mistral-large-latest", "magistral-medium-latest", "mistral-large-latest",
                        false),
                of(ProviderKind.DEEPSEEK, "deepseek-chat", "deepseek-reasoner", "", true),
                of(ProviderKind.DASHSCOPE, "qwen-plus", "qwen-plus", "qwen-vl-max", true),
                new Served(ENGINE, () -> park.box.engine.ledger().entries().stream()
                        .map(entry -> new Made(entry.promptTokens(), entry.outputTokens(),
                                String.valueOf(entry.body())))
                        .toList(), ENGINE, ENGINE, ENGINE, "reasoning=8", true));
    }

    private Served of(ProviderKind kind, String model, String thinker, String seer, boolean shows) {
        return new Served(kind.word(),
                () -> park.provider(kind).ledger().entries().stream().map(ClientMatrixIT::made).toList(),
                park.model(kind, model), park.model(kind, thinker), seer.isEmpty() ? "" : park.model(kind, seer),
                "thinking=8", shows);
    }

    private static Made made(LedgerEntry entry) {
        return new Made(entry.inputTokens(), entry.outputTokens(), entry.body());
    }

    @AfterAll
    void close() {
        askers.forEach(Asker::close);
        park.box.assertNothingHeld();
        park.close();
    }

    @TestFactory
    Stream<DynamicTest> everyClientGetsItsAnswer() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Asker asker : askers) {
            for (Served provider : served) {
                for (Kind kind : Kind.values()) {
                    for (boolean streamed : new boolean[]{false, true}) {
                        tests.add(DynamicTest.dynamicTest(asker.name() + ", " + provider.name() + ", " + kind
                                + (streamed ? ", streamed" : ""), () -> check(asker, provider, kind, streamed)));
                    }
                }
            }
        }
        return tests.stream();
    }

    private void check(Asker asker, Served provider, Kind kind, boolean streamed) {
        if (kind == Kind.WRONG || kind == Kind.SEE && provider.seer().isEmpty()) {
            refused(asker, provider, kind, streamed);
            return;
        }
        int rowsBefore = park.box.rows.size();
        int callsBefore = provider.ledger().get().size();

        List<Heard> heard = asker.ask(question(provider, kind, streamed));

        List<Made> made = provider.ledger().get();
        made = made.subList(callsBefore, made.size());
        List<CallRecord> rows = List.copyOf(park.box.rows.subList(rowsBefore, park.box.rows.size()));
        assertThat(made).hasSameSizeAs(heard);
        assertThat(rows).hasSameSizeAs(heard);
        for (int i = 0; i < heard.size(); i++) {
            counted(heard.get(i), made.get(i), rows.get(i));
        }
        said(provider, kind, heard, made, asker);
    }

    private static Question question(Served provider, Kind kind, boolean streamed) {
        String model = switch (kind) {
            case REASON -> provider.thinker();
            case SEE -> provider.seer().isEmpty() ? provider.model() : provider.seer();
            // The one that insists on signatures.
            case TOOL, TOOLS -> provider.name().equals("gemini") ? provider.thinker() : provider.model();
            case SAY, SCHEMA, CUT, WRONG -> provider.model();
        };
        return new Question(model, kind, switch (kind) {
            case SAY, SEE -> "Hello [[sim tokens=" + ENOUGH + "]]";
            case TOOL -> "Weather? [[sim tool=1]]";
            case TOOLS -> "Weather and time? [[sim tool=2]]";
            case REASON -> "Think [[sim tokens=" + ENOUGH + " " + provider.thinking() + "]]";
            case SCHEMA -> "The weather as JSON, please.";
            case CUT -> "Talk [[sim tokens=60]]";
            case WRONG -> "Hello [[sim nonsense=1]]";
        }, streamed);
    }

    private static void counted(Heard heard, Made made, CallRecord row) {
        assertThat(row.outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(row.usage().source()).isEqualTo(Usage.Source.REPORTED);
        assertThat(row.usage().inputTokens()).as("input").isEqualTo(made.input()).isEqualTo(heard.input());
        assertThat(row.usage().outputTokens()).as("output").isEqualTo(made.output()).isEqualTo(heard.output());
        assertThat(row.attempts()).isEmpty();
    }

    private static void said(Served provider, Kind kind, List<Heard> heard, List<Made> made, Asker asker) {
        Heard first = heard.getFirst();
        switch (kind) {
            case SAY, SEE, REASON -> {
                assertThat(first.text()).startsWith("[simulated]");
                assertThat(first.stop()).isEqualTo(Heard.Stop.END);
            }
            case CUT -> {
                assertThat(first.stop()).isEqualTo(Heard.Stop.LENGTH);
                assertThat(first.output()).isEqualTo(Question.FEW);
            }
            case SCHEMA -> {
                assertThat(first.text()).startsWith("{").contains("\"city\"", "\"degrees\"");
                assertThat(made.getFirst().body()).contains("degrees");
            }
            case TOOL, TOOLS -> {
                assertThat(first.calls()).hasSize(kind == Kind.TOOL ? 1 : 2);
                assertThat(first.calls()).extracting(Heard.Call::name)
                        .isSubsetOf(Question.TOOLS);
                assertThat(first.calls()).extracting(Heard.Call::arguments).allMatch(text -> text.contains("city"));
                assertThat(first.stop()).isEqualTo(Heard.Stop.TOOLS);
                if (!provider.name().equals(ENGINE)) {
                    // The simulated engine looks for what it is told in the last message of the user's, and calls again.
                    assertThat(heard.getLast().text()).startsWith("[simulated]");
                }
                for (int i = 0; i < first.calls().size(); i++) {
                    assertThat(made.getLast().body()).contains(Question.result(i));
                }
            }
            case WRONG -> throw new IllegalArgumentException("is refused");
        }
        if (kind == Kind.SEE) {
            assertThat(made.getFirst().body()).contains(Question.PICTURE);
        }
        // LangChain4j looks for thoughts where DeepSeek shows them, and a straight pipe leaves them where vLLM does.
        boolean looks = !(asker instanceof LangChainAsker && provider.name().equals(ENGINE));
        if (kind == Kind.REASON && provider.showsThoughts() && looks) {
            assertThat(first.thoughts()).isNotBlank();
        }
    }

    private void refused(Asker asker, Served provider, Kind kind, boolean streamed) {
        Asker.Refused refused = asker.refused(question(provider, kind, streamed));

        assertThat(refused.status()).as(refused.toString()).isEqualTo(400);
        assertThat(refused.type()).isIn("invalid_request_error", "INVALID_ARGUMENT",
                // vLLM's own word, on a straight pipe.
                "BadRequestError");
        assertThat(refused.message()).contains(kind == Kind.WRONG ? "nonsense" : "picture");
        CallRecord row = park.box.lastRow();
        assertThat(row.outcome()).isIn(Outcome.FAILED, Outcome.REFUSED);
        assertThat(row.usage().totalTokens()).isZero();
    }
}
