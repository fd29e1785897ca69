package org.gatehouse.simulated.providers;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

class FailureWallTest {

    @ParameterizedTest
    @EnumSource
    void everyFailureShowsAndTheNextCallIsWell(ProviderKind kind) throws Exception {
        try (SimulatedProvider provider = SimulatedProvider.start(kind, ProviderOptions.usual())) {
            String whole = Asking.ask(provider, true, "Tell me").text();
            for (Failure failure : SimulatedProvider.WALL) {
                for (boolean streamed : new boolean[]{false, true}) {
                    provider.failNext(failure, 1, 3, 7);
                    Http.Answered failed = Asking.ask(provider, streamed, "Tell me");
                    assertThat(isSpoilt(failure, streamed, failed, whole))
                            .as(failure + (streamed ? " streamed " : " plain ") + failed.status() + failed.text())
                            .isTrue();
                    assertThat(provider.ledger().last().failure()).isEqualTo(failure);
                    assertThat(Asking.ask(provider, streamed, "Tell me").broken()).isNull();
                    assertThat(provider.ledger().last().failure()).isNull();
                }
            }
        }
    }

    private static boolean isSpoilt(Failure failure, boolean streamed, Http.Answered failed, String whole) {
        return switch (failure) {
            case CUT_BEFORE_HEADERS -> failed.status() == 0;
            case CUT, RESET, BAD_FRAMING -> failed.broken() != null;
            case OVERLOADED -> List.of(429, 503, 529).contains(failed.status());
            case UNAVAILABLE -> failed.status() == 503;
            case INTERNAL -> failed.status() == 500;
            case RATE_LIMITED -> failed.status() == 429 && "7".equals(failed.headers().get("retry-after"));
            case HTML_PAGE -> failed.status() == 502 && failed.text().startsWith("<html>");
            case REDIRECT -> failed.status() == 302;
            case EMPTY -> failed.status() == 200 && failed.body().length == 0;
            case WRONG_CONTENT_TYPE -> "text/plain".equals(failed.headers().get("content-type"));
            case OTHER_DIALECT -> failed.text().contains("other dialect");
            case TRUNCATED -> failed.broken() == null && (streamed
                    ? failed.body().length < whole.length()
                    : failed.json().isMissingNode());
            case BAD_CHUNK -> failed.broken() == null && (streamed || failed.json().isMissingNode());
            case ERROR_EVENT -> failed.status() == 200 && failed.text().toLowerCase(java.util.Locale.ROOT)
                    .matches("(?s).*(error|exception|message).*");
            default -> false;
        };
    }

    @Test
    void stallIsSilentUntilTheCallerLeaves() throws Exception {
        try (SimulatedProvider provider = SimulatedProvider.start(ProviderKind.ANTHROPIC, ProviderOptions.usual())) {
            java.net.http.HttpRequest request = java.net.http.HttpRequest.newBuilder(
                    provider.uri().resolve("/v1/messages")).header("x-api-key", Asking.KEY)
                    .header("anthropic-version", "2023-06-01").header("content-type", "application/json")
                    .timeout(java.time.Duration.ofMillis(300))
                    .POST(java.net.http.HttpRequest.BodyPublishers.ofString("""
                            {"model":"claude-sonnet-4-5","max_tokens":9,"messages":[{"role":"user",
                            "content":"[[sim failure=stall-before-headers]]"}]}""")).build();
            try (java.net.http.HttpClient client = java.net.http.HttpClient.newHttpClient()) {
                org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> client.send(request, java.net.http.HttpResponse.BodyHandlers.ofString()))
                        .isInstanceOf(java.net.http.HttpTimeoutException.class);
            }
            long until = System.nanoTime() + 5_000_000_000L;
            while (provider.ledger().last().state() == LedgerEntry.State.RUNNING && System.nanoTime() < until) {
                Thread.sleep(5);
            }
            assertThat(provider.ledger().last().state()).isEqualTo(LedgerEntry.State.ABANDONED);
            assertThat(provider.ledger().last().outputTokens()).isZero();
        }
    }

    @Test
    void cutStreamIsBilledForWhatItProduced() throws Exception {
        try (SimulatedProvider provider = SimulatedProvider.start(ProviderKind.OPENAI, ProviderOptions.usual())) {
            Asking.ask(provider, true, "Tell me [[sim failure=cut after=5]]", "x-request-id", "r1");
            Asking.ask(provider, true, "Tell me", "x-request-id", "r1");
            Asking.ask(provider, true, "Tell me", "x-request-id", "r2");
            Asking.ask(provider, true, "Tell me", "x-request-id", "r2");

            assertThat(provider.ledger().outputTokensByRequest()).containsEntry("r1", 37).containsEntry("r2", 64);
            assertThat(provider.ledger().answeredMoreThanOnce()).containsExactly("r2");
        }
    }

    @Test
    void shareOfCallsFailsAndTheSameSeedFailsTheSame() throws Exception {
        List<Integer> first = statuses();
        assertThat(first.stream().filter(status -> status != 200).count()).isBetween(15L, 45L);
        assertThat(statuses()).isEqualTo(first);
    }

    private static List<Integer> statuses() throws Exception {
        try (SimulatedProvider provider = SimulatedProvider.start(ProviderKind.OPENAI, ProviderOptions.usual())) {
            provider.failRandomly(0.3, 42, List.of(Failure.UNAVAILABLE, Failure.INTERNAL));
            List<Integer> statuses = new java.util.ArrayList<>();
            for (int i = 0; i < 100; i++) {
                statuses.add(Asking.ask(provider, false, "Tell me").status());
            }
            return statuses;
        }
    }

    @Test
    void eachProviderSaysInItsOwnFormThatTheMoneyIsOut() throws Exception {
        assertThat(outOfMoney(ProviderKind.OPENAI).text()).contains("insufficient_quota");
        assertThat(outOfMoney(ProviderKind.OPENAI).status()).isEqualTo(429);
        assertThat(outOfMoney(ProviderKind.DEEPSEEK).status()).isEqualTo(402);
        assertThat(outOfMoney(ProviderKind.DASHSCOPE).text()).contains("Arrearage");
        assertThat(outOfMoney(ProviderKind.ANTHROPIC).text()).contains("credit balance is too low");
        assertThat(outOfMoney(ProviderKind.GEMINI).text()).contains("RESOURCE_EXHAUSTED");
        assertThat(outOfMoney(ProviderKind.BEDROCK).headers().get("x-amzn-errortype"))
                .startsWith("ServiceQuotaExceededException");
    }

    private static Http.Answered outOfMoney(ProviderKind kind) throws Exception {
        try (SimulatedProvider provider = SimulatedProvider.start(kind, ProviderOptions.usual())) {
            provider.failNext(Failure.OUT_OF_MONEY, 1);
            return Asking.ask(provider, false, "Tell me");
        }
    }
}
