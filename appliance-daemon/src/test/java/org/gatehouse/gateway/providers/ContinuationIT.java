package org.gatehouse.gateway.providers;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Outcome;
import org.gatehouse.governance.snapshot.CacheTerms;
import org.gatehouse.governance.snapshot.ComplexityTerms;
import org.gatehouse.governance.snapshot.RouteTerms;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.simulated.providers.Failure;
import org.gatehouse.simulated.providers.ProviderKind;

import static org.assertj.core.api.Assertions.assertThat;

/** An answer that breaks off in its middle is gone on with by another target, where the route says so. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContinuationIT {
    private static final Duration LONG = Duration.ofSeconds(20);

    /** What says nothing for so long in the middle of an answer has stalled. */
    private static final Duration STALLED = Duration.ofSeconds(1);

    private final ProvidersBox park = new ProvidersBox(new Upstream.Timeouts(LONG, LONG, STALLED, LONG),
            ProviderKind.OPENAI, ProviderKind.ANTHROPIC);

    @AfterEach
    void nothingIsHeld() {
        park.box.assertNothingHeld();
        park.providers().forEach(each -> each.heal());
        park.box.everybodyIsWell();
    }

    @AfterAll
    void close() {
        park.close();
    }

    private static RouteTerms terms(boolean continued) {
        return new RouteTerms(RouteTerms.Strategy.WEIGHTED, null, RouteTerms.Stickiness.NONE,
                new RouteTerms.Retries(3, 0, Duration.ZERO, Duration.ZERO, null, 100, 100, continued),
                RouteTerms.Residency.ANYWHERE, RouteTerms.Overflow.NEVER, ComplexityTerms.DEFAULT, null);
    }

    private void model(String name, boolean continued) {
        park.box.model(name, terms(continued),
                ProvidersBox.target(park.upstream(ProviderKind.OPENAI), "gpt-4o", 1, 0),
                ProvidersBox.target(park.upstream(ProviderKind.ANTHROPIC), "claude-sonnet-4-5", 1, 1));
    }

    private static Stream<Arguments> streams() {
        return Stream.of(Failure.CUT, Failure.ERROR_EVENT, Failure.STALL, Failure.BAD_CHUNK, Failure.RESET)
                .flatMap(failure -> streams(failure));
    }

    private static Stream<Arguments> streams(Failure failure) {
        return Stream.of(Arguments.of(failure, "/v1/chat/completions",
                "{\"model\":\"goes-on\",\"stream\":true,\"stream_options\":{\"include_usage\":true},\"max_tokens\":30,"
                        + "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}",
                "data: [DONE]", "\"role\":\"assistant\""),
                Arguments.of(failure, "/v1/messages",
                        "{\"model\":\"goes-on\",\"stream\":true,\"max_tokens\":30,"
                                + "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}",
                        "event: message_stop", "event: message_start"));
    }

    @ParameterizedTest
    @MethodSource("streams")
    void streamThatBreaksOffIsGoneOnWithInItsOwnGrammarAndBothPartsAreBilled(Failure failure, String path,
            String body, String end, String once) {
        model("goes-on", true);
        park.provider(ProviderKind.OPENAI).failNext(failure, 1, 4, -1);

        HttpResponse<String> reply = park.box.post(park.key, path, body);

        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(reply.body()).contains(end).contains("another target goes on from here").doesNotContain("error");
        assertThat(reply.body().split(once, -1)).as("announced once").hasSize(2);
        CallRecord row = park.box.lastRow();
        assertThat(row.outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(row.upstream()).isEqualTo("anthropic");
        assertThat(row.attempts()).singleElement().satisfies(attempt -> {
            assertThat(attempt.upstream()).isEqualTo("openai");
            assertThat(attempt.outputTokens()).isBetween(3L, 8L);
            assertThat(row.usage().outputTokens()).as("both parts, within the client's cap")
                    .isGreaterThan(attempt.outputTokens()).isLessThanOrEqualTo(30);
        });
    }

    @Test
    void answerOfTwoTargetsIsNotKeptAndAnAnswerOfOneIs() {
        model("kept", true);
        park.box.cached("kept", new CacheTerms(true, Duration.ofHours(1), 64 << 10, CacheTerms.Sharing.KEY, false));
        String key = park.box.cachedKey("continuation");
        park.provider(ProviderKind.OPENAI).failNext(Failure.CUT, 1, 4, -1);

        HttpResponse<String> stitched = askKept(key);
        HttpResponse<String> whole = askKept(key);
        HttpResponse<String> again = askKept(key);

        assertThat(stitched.body()).contains("another target goes on from here");
        assertThat(List.of(told(stitched), told(whole), told(again))).containsExactly("miss", "miss", "hit-exact");
        assertThat(again.body()).doesNotContain("another target goes on from here");
    }

    @Test
    void answerOfTheTargetThatTookOverBeforeTheFirstByteIsKept() {
        model("kept", true);
        park.box.cached("kept", new CacheTerms(true, Duration.ofHours(1), 64 << 10, CacheTerms.Sharing.KEY, false));
        String key = park.box.cachedKey("taken-over");
        park.provider(ProviderKind.OPENAI).failNext(Failure.UNAVAILABLE, 1);

        HttpResponse<String> first = askKept(key);
        CallRecord made = park.box.lastRow();
        HttpResponse<String> again = askKept(key);

        assertThat(first.headers().firstValue("x-gatehouse-attempts")).contains("2");
        assertThat(told(again)).isEqualTo("hit-exact");
        assertThat(again.headers().firstValue("x-gatehouse-attempts")).isEmpty();
        assertThat(park.box.lastRow().modelServed()).isEqualTo(made.modelServed()).isEqualTo("claude-sonnet-4-5");
        assertThat(park.box.lastRow().saved()).isNotNull().satisfies(saved -> assertThat(
                Objects.requireNonNull(saved).outputTokens()).isEqualTo(made.usage().outputTokens()));
    }

    private HttpResponse<String> askKept(String key) {
        return park.box.post(key, "/v1/chat/completions",
                "{\"model\":\"kept\",\"stream\":true,\"temperature\":0,\"max_tokens\":30,"
                        + "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}");
    }

    private static String told(HttpResponse<String> reply) {
        return reply.headers().firstValue("x-gatehouse-cache").orElse("");
    }

    @Test
    void withoutTheRoutesWordTheClientIsToldOfTheFailure() {
        model("goes-on", false);
        park.provider(ProviderKind.OPENAI).failNext(Failure.CUT, 1, 4, -1);

        String heard;
        try {
            heard = park.box.post(park.key, "/v1/chat/completions",
                    "{\"model\":\"goes-on\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}")
                    .body();
        } catch (RuntimeException _) {
            heard = "broken";
        }

        assertThat(heard).doesNotContain("[DONE]").doesNotContain("goes on from here");
        assertThat(park.box.lastRow().outcome()).isEqualTo(Outcome.FAILED);
    }
}
