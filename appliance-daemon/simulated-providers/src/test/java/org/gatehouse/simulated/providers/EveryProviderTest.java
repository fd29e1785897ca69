package org.gatehouse.simulated.providers;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

class EveryProviderTest {
    private static final Pattern OUTPUT = Pattern.compile(
            "\"(?:output_tokens|completion_tokens|candidatesTokenCount|outputTokens)\":(\\d+)");
    private static final Pattern INPUT = Pattern.compile(
            "\"(?:input_tokens|prompt_tokens|promptTokenCount|inputTokens)\":(\\d+)");

    @ParameterizedTest
    @EnumSource
    void streamedAndPlainAnswersTellTheSameUsage(ProviderKind kind) throws Exception {
        try (SimulatedProvider provider = SimulatedProvider.start(kind, ProviderOptions.usual())) {
            Http.Answered plain = Asking.ask(provider, false, "Tell me [[sim tokens=21]]");
            Http.Answered streamed = Asking.ask(provider, true, "Tell me [[sim tokens=21]]");

            assertThat(plain.status()).as(plain.text()).isEqualTo(200);
            assertThat(streamed.status()).as(streamed.text()).isEqualTo(200);
            assertThat(plain.headers()).containsEntry("x-simulated", "true");
            assertThat(plain.text()).contains("[simulated]");
            assertThat(last(OUTPUT, plain.text())).isEqualTo(21);
            assertThat(last(OUTPUT, streamed.text())).isEqualTo(21);
            assertThat(last(INPUT, plain.text())).isEqualTo(last(INPUT, streamed.text()));
            assertThat(provider.ledger().modelCalls()).hasSize(2).allSatisfy(entry -> {
                assertThat(entry.outputTokens()).isEqualTo(21);
                assertThat(entry.inputTokens()).isEqualTo(last(INPUT, plain.text()));
                assertThat(entry.state()).isEqualTo(LedgerEntry.State.FINISHED);
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void wrongKeyIsRefusedInTheProvidersForm(ProviderKind kind) throws Exception {
        try (SimulatedProvider provider = SimulatedProvider.start(kind,
                ProviderOptions.usual().withApiKey("another"))) {
            Http.Answered refused = Asking.ask(provider, false, "Hello");

            assertThat(refused.status()).isIn(400, 401, 403);
            assertThat(refused.json().isObject()).isTrue();
            assertThat(provider.ledger().last().state()).isEqualTo(LedgerEntry.State.REFUSED);
            assertThat(provider.ledger().modelCalls()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void streamThatIsCutToItsLimitSaysSo(ProviderKind kind) throws Exception {
        try (SimulatedProvider provider = SimulatedProvider.start(kind, ProviderOptions.usual())) {
            String text = Asking.ask(provider, true, "Tell me [[sim finish=length]]").text();

            assertThat(text).containsAnyOf("\"max_tokens\"", "\"length\"", "\"MAX_TOKENS\"");
        }
    }

    @Test
    void sameQuestionGetsTheSameAnswer() throws Exception {
        try (SimulatedProvider first = SimulatedProvider.start(ProviderKind.ANTHROPIC, ProviderOptions.usual());
                SimulatedProvider second = SimulatedProvider.start(ProviderKind.ANTHROPIC, ProviderOptions.usual())) {
            assertThat(Asking.ask(first, false, "Tell me").text())
                    .isEqualTo(Asking.ask(second, false, "Tell me").text());
        }
    }

    @Test
    void rateLimitIsEnforcedAndCountedDown() throws Exception {
        try (SimulatedProvider provider = SimulatedProvider.start(ProviderKind.OPENAI,
                ProviderOptions.usual().withLimits(2, 1_000_000))) {
            assertThat(Asking.ask(provider, false, "one").headers()).containsEntry("x-ratelimit-remaining-requests",
                    "1");
            Asking.ask(provider, false, "two");
            Http.Answered third = Asking.ask(provider, false, "three");

            assertThat(third.status()).isEqualTo(429);
            assertThat(third.headers()).containsKey("retry-after");
            assertThat(third.json().path("error").path("code").asText()).isEqualTo("rate_limit_exceeded");
        }
    }

    private static int last(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        int value = -1;
        while (matcher.find()) {
            value = Integer.parseInt(matcher.group(1));
        }
        return value;
    }
}
