package org.gatehouse.gateway;

import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.Usage;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.simulated.providers.ProviderKind;
import org.gatehouse.simulated.providers.ProviderOptions;
import org.gatehouse.simulated.providers.SimulatedProvider;

import static org.assertj.core.api.Assertions.assertThat;

/** Realtime sessions through the box, with a client and a provider that are both nobody's here. */
class RealtimeTest {
    private final SimulatedProvider openai = SimulatedProvider.start(ProviderKind.OPENAI, ProviderOptions.usual());
    private final TestBox box = new TestBox();

    RealtimeTest() {
        box.model("talk", openAi(), "gpt-realtime", ModelRoute.Tokenizer.UNKNOWN).price("talk", "4", "16");
    }

    private Upstream openAi() {
        return box.outside("openai", Upstream.Kind.OPENAI, openai.uri() + "/v1", "simulated-key", Map.of());
    }

    @AfterEach
    void nothingIsLeft() {
        box.assertNothingHeld();
        box.assertLedgerEqualsRows();
        box.close();
        openai.close();
    }

    private List<CallRecord> answers() {
        return box.rows.stream().filter(row -> row.status() != 101).toList();
    }

    private CallRecord session() {
        box.await(() -> box.rows.stream().anyMatch(row -> row.status() == 101), "no row of the session");
        return box.rows.stream().filter(row -> row.status() == 101).findFirst().orElseThrow();
    }

    @Test
    void sessionIsPassedOnBothWaysAndEachAnswerLeavesARow() {
        try (RealtimeClient client = RealtimeClient.open(box, box.key("a"), "talk")) {
            JsonNode created = client.next("session.created");
            assertThat(created.at("/session/model").asText()).isEqualTo("talk");
            client.ask("[[sim tokens=12]] How are you?");
            assertThat(client.next("response.output_text.delta").path("delta").asText()).isEqualTo("[");
            JsonNode done = client.next("response.done");
            assertThat(done.at("/response/status").asText()).isEqualTo("completed");
            client.leave(1000);
            assertThat(client.closed()).startsWith("1000");
            CallRecord answer = answers().getFirst();
            assertThat(answer.surface()).isEqualTo("realtime");
            assertThat(answer.usage().source()).isEqualTo(Usage.Source.REPORTED);
            assertThat(answer.usage().outputTokens()).isEqualTo(12)
                    .isEqualTo(done.at("/response/usage/output_tokens").asLong());
            assertThat(answer.usage().inputTokens()).isPositive()
                    .isEqualTo(done.at("/response/usage/input_tokens").asLong());
            assertThat(answer.cost()).isNotNull();
            CallRecord session = session();
            assertThat(session.outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(session.usage()).isEqualTo(Usage.NOTHING);
            assertThat(session.traceId()).isEqualTo(answer.traceId());
        }
    }
}
