package org.gatehouse.gateway;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.UUID;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.audit.Outcome;
import org.gatehouse.governance.snapshot.ComplexityTerms;
import org.gatehouse.governance.snapshot.HealthTerms;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.RouteTerms;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.simulated.providers.Failure;
import org.gatehouse.simulated.providers.ProviderKind;
import org.gatehouse.simulated.providers.ProviderOptions;
import org.gatehouse.simulated.providers.SimulatedProvider;

import static org.assertj.core.api.Assertions.assertThat;

/** Calls to a model whose only upstream's only key rests: nobody is asked, and the client is told why. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestingKeysTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final RouteTerms ONE_TRY = new RouteTerms(RouteTerms.Strategy.WEIGHTED, null,
            RouteTerms.Stickiness.NONE, new RouteTerms.Retries(1, 0, Duration.ZERO, Duration.ZERO, null, 0, 0, false),
            RouteTerms.Residency.ANYWHERE, RouteTerms.Overflow.NEVER, ComplexityTerms.DEFAULT, null);

    private final SimulatedProvider openAi = SimulatedProvider.start(ProviderKind.OPENAI, ProviderOptions.usual());
    private final TestBox box = new TestBox(new Upstream.Timeouts(LONG, LONG, LONG, LONG), HealthTerms.DEFAULT);
    private final String key = box.key("resting");

    {
        box.model("m", ONE_TRY, new ModelRoute.Target(UUID.randomUUID(), box.outside("secret-account",
                Upstream.Kind.OPENAI, openAi.uri() + "/v1", "simulated-key", java.util.Map.of()), "gpt-4o", 1));
    }

    @AfterEach
    void everybodyIsWell() {
        openAi.heal();
        box.everybodyIsWell();
        box.assertNothingHeld();
    }

    @AfterAll
    void close() {
        box.close();
        openAi.close();
    }

    private HttpResponse<String> ask(ChatClient client) {
        HttpRequest.Builder request = HttpRequest.newBuilder(box.uri(client.path("m", false)))
                .header("authorization", "Bearer " + key).header("content-type", "application/json");
        return box.send(request.POST(HttpRequest.BodyPublishers.ofString(client.body("m", "hello", false, false)))
                .build());
    }

    private int asked() {
        return openAi.ledger().entries().size();
    }

    @ParameterizedTest
    @EnumSource(ChatClient.class)
    void keyThatWentTooFastIs429WithTheTimeThatItRests(ChatClient client) {
        openAi.failNext(Failure.RATE_LIMITED, 1, 0, 20);
        assertThat(ask(client).statusCode()).isEqualTo(429);
        int before = asked();
        HttpResponse<String> reply = ask(client);

        assertThat(asked()).isEqualTo(before);
        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(429);
        assertThat(Integer.parseInt(reply.headers().firstValue("retry-after").orElseThrow())).isBetween(18, 20);
        assertThat(reply.body()).contains("rate-limiting");
        assertThat(box.lastRow().outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(box.lastRow().errorCode()).isEqualTo("rate_limit_exceeded");
    }

    @ParameterizedTest
    @CsvSource({"OUT_OF_MONEY,out of money", "UNAUTHORIZED,refuses the box's own credentials"})
    void restThatWaitingDoesNotMendIsToldWithoutWhoseAccountItIs(Failure failure, String why) throws Exception {
        openAi.failNext(failure, 1);
        assertThat(ask(ChatClient.OPENAI).statusCode()).isEqualTo(502);
        HttpResponse<String> reply = ask(ChatClient.OPENAI);

        assertThat(reply.statusCode()).as(reply.body()).isEqualTo(503);
        assertThat(JSON.readTree(reply.body()).at("/error/code").asText()).isEqualTo("no_healthy_upstream");
        assertThat(JSON.readTree(reply.body()).at("/error/message").asText()).contains(why)
                .contains("Tell the box's administrators").doesNotContain("secret-account").doesNotContain("main")
                .doesNotContain("simulated-key");
        assertThat(reply.headers().firstValue("retry-after")).isPresent();
    }

    @Test
    void targetThatIsIllIsStillNoHealthyUpstream() {
        openAi.failNext(Failure.UNAVAILABLE, 100);
        HttpResponse<String> reply = ask(ChatClient.OPENAI);
        for (int i = 0; i < 10; i++) {
            reply = ask(ChatClient.OPENAI);
        }
        assertThat(reply.statusCode()).isEqualTo(503);
        assertThat(reply.body()).doesNotContain("rate-limiting").doesNotContain("money");
    }
}
