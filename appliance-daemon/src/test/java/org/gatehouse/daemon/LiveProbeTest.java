package org.gatehouse.daemon;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.gatehouse.admin.UpstreamProbe;
import org.gatehouse.gateway.upstream.Berths;
import org.gatehouse.gateway.upstream.Dispatch;
import org.gatehouse.gateway.upstream.LocalEngines;
import org.gatehouse.gateway.upstream.Translation;
import org.gatehouse.gateway.upstream.http.UpstreamClient;
import org.gatehouse.gateway.upstream.provider.Providers;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.governance.snapshot.Upstream.Kind;
import org.gatehouse.simulated.providers.Failure;
import org.gatehouse.simulated.providers.ProviderKind;
import org.gatehouse.simulated.providers.ProviderOptions;
import org.gatehouse.simulated.providers.SimulatedProvider;

import static org.assertj.core.api.Assertions.assertThat;

class LiveProbeTest {
    private static final Map<String, String> PLACE = Map.of("region", "us-east-1", "project", "simulated-project",
            "location", "us-central1");

    private final UpstreamClient client = new UpstreamClient();
    private final LiveProbe probe = probe();

    private LiveProbe probe() {
        Providers providers = new Providers(client, Clock.systemUTC());
        return new LiveProbe(new Dispatch(client, providers,
                new Translation(EveryProtocol.protocols(), providers),
                new Berths(LocalEngines.none(), System::nanoTime),
                new byte[32]));
    }

    @AfterEach
    void close() {
        client.close();
    }

    private UpstreamProbe.Report ask(SimulatedProvider provider, Kind kind, String base, String secret,
            Map<String, String> options, @Nullable String model) {
        return probe.probe(new Upstream(UUID.randomUUID(), "asked", kind, provider.uri() + base,
                List.of(new Upstream.ProviderKey("main", secret)), false, true, true, Upstream.Timeouts.DEFAULT,
                1 << 20, false, null, options), model);
    }

    @ParameterizedTest
    @CsvSource({"ANTHROPIC,/v1,simulated-key,claude-sonnet-4-5,true",
            "GEMINI,/v1beta,simulated-key,gemini-2.5-flash,true",
            "VERTEX,/v1,simulated-key,gemini-2.5-flash,false", "OPENAI,/v1,simulated-key,gpt-4o,true",
            "AZURE_OPENAI,'',simulated-key,gpt-4o,true",
            "BEDROCK,'',SIMULATEDKEYID:simulated-secret-key,amazon.nova-pro-v1:0,false",
            "COHERE,'',simulated-key,command-a-03-2025,true", "MISTRAL,/v1,simulated-key,mistral-small-latest,true",
            "DEEPSEEK,'',simulated-key,deepseek-chat,true",
            "DASHSCOPE,/compatible-mode/v1,simulated-key,qwen-plus,true"})
    void providerIsAskedForItsListWhereItHasOneAndForOneToken(Kind kind, String base, String secret, String model,
            boolean lists) {
        try (SimulatedProvider provider = SimulatedProvider.start(ProviderKind.valueOf(kind.name()),
                ProviderOptions.usual())) {
            UpstreamProbe.Report token = ask(provider, kind, base, secret, PLACE, model);
            assertThat(token.works()).as(token.message()).isTrue();
            assertThat(provider.ledger().last().outputTokens()).isEqualTo(1);

            UpstreamProbe.Report list = ask(provider, kind, base, secret, PLACE, null);
            assertThat(list.works()).as(list.message()).isEqualTo(lists);
            if (lists) {
                assertThat(list.models()).anyMatch(known -> known.endsWith(model));
            } else {
                assertThat(list.message()).contains("Name one of them");
            }

            String wrong = secret.replace("simulated-", "another-");
            UpstreamProbe.Report refused = ask(provider, kind, base, wrong, PLACE, model);
            assertThat(refused.works()).isFalse();
            assertThat(refused.message()).contains("refused the API key").doesNotContain(wrong)
                    .doesNotContain("another-");
        }
    }

    @Test
    void serviceAccountIsTestedToo() {
        try (SimulatedProvider vertex = SimulatedProvider.start(ProviderKind.VERTEX, ProviderOptions.usual())) {
            assertThat(ask(vertex, Kind.VERTEX, "/v1", vertex.serviceAccountJson(), PLACE, "gemini-2.5-flash").works())
                    .isTrue();
        }
    }

    @Test
    void missingOptionIsNamed() {
        try (SimulatedProvider bedrock = SimulatedProvider.start(ProviderKind.BEDROCK, ProviderOptions.usual())) {
            assertThat(ask(bedrock, Kind.BEDROCK, "", "SIMULATEDKEYID:simulated-secret-key", Map.of(), "any").message())
                    .isEqualTo("The upstream 'asked' cannot be asked: its option 'region' is missing."
                            + " Correct its key or its options.");
        }
    }

    @Test
    void busyProviderIsNotToldToHaveABadKey() {
        try (SimulatedProvider bedrock = SimulatedProvider.start(ProviderKind.BEDROCK, ProviderOptions.usual())) {
            bedrock.failNext(Failure.RATE_LIMITED, 1);
            assertThat(ask(bedrock, Kind.BEDROCK, "", "SIMULATEDKEYID:simulated-secret-key", PLACE,
                    "amazon.nova-pro-v1:0").message()).contains("too busy").contains("429");
        }
    }
}
