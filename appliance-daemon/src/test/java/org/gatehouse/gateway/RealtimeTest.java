package org.gatehouse.gateway;

import java.util.Base64;
import java.util.Map;
import java.util.concurrent.TimeUnit;

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

/** What is said in Realtime sessions, with a client and a provider that are both nobody's here. */
class RealtimeTest {
    /** A second of silence, as a client sends it. */
    private static final String SECOND = "{\"type\":\"input_audio_buffer.append\",\"audio\":\""
            + Base64.getEncoder().encodeToString(new byte[48_000]) + "\"}";
    private static final String LISTEN = "{\"type\":\"session.update\",\"session\":{\"type\":\"realtime\","
            + "\"output_modalities\":[\"text\"],\"audio\":{\"input\":{\"turn_detection\":{\"type\":\"server_vad\"},"
            + "\"transcription\":{\"model\":\"whisper-1\"}}}}}";

    private final RealtimeBox talks = new RealtimeBox();
    private final TestBox box = talks.box;

    @AfterEach
    void nothingIsLeft() {
        talks.close();
    }

    @Test
    void sessionIsPassedOnBothWaysAndEachAnswerLeavesARow() {
        try (RealtimeClient client = talks.open(box.key("a"))) {
            JsonNode created = client.next("session.created");
            assertThat(created.at("/session/model").asText()).isEqualTo("talk");
            client.ask("[[sim tokens=12]] How are you?");
            assertThat(client.next("response.output_text.delta").path("delta").asText()).isEqualTo("[");
            JsonNode done = client.next("response.done");
            assertThat(done.at("/response/status").asText()).isEqualTo("completed");
            client.leave(1000);
            assertThat(client.closed()).startsWith("1000");
            CallRecord answer = talks.answers().getFirst();
            assertThat(answer.surface()).isEqualTo("realtime");
            assertThat(answer.usage().source()).isEqualTo(Usage.Source.REPORTED);
            assertThat(answer.usage().outputTokens()).isEqualTo(12)
                    .isEqualTo(done.at("/response/usage/output_tokens").asLong());
            assertThat(answer.usage().inputTokens()).isPositive()
                    .isEqualTo(done.at("/response/usage/input_tokens").asLong());
            assertThat(answer.cost()).isNotNull();
            assertThat(answer.firstByteMicros()).isNotNull();
            CallRecord session = talks.session();
            assertThat(session.outcome()).isEqualTo(Outcome.COMPLETED);
            assertThat(session.usage()).isEqualTo(Usage.NOTHING);
            assertThat(session.traceId()).isEqualTo(answer.traceId());
            assertThat(session.modelServed()).isEqualTo("gpt-realtime");
            assertThat(session.attempts()).isEmpty();
        }
    }

    @Test
    void laterAnswersCountWhatWasSaidBeforeAsCached() {
        try (RealtimeClient client = talks.open(box.key("a"))) {
            client.ask("[[sim tokens=5]] One.");
            client.next("response.done");
            client.ask("[[sim tokens=5]] Two.");
            client.next("response.done");
            assertThat(talks.answers()).hasSize(2);
            assertThat(talks.answers().getLast().usage().cachedInputTokens()).isPositive();
        }
    }

    @Test
    void spokenAnswersAreCountedAsWell() {
        try (RealtimeClient client = talks.open(box.key("a"))) {
            client.ask("[[sim tokens=6]] Silence.");
            client.next("response.done");
            client.send("{\"type\":\"response.create\",\"response\":{\"output_modalities\":[\"audio\"]}}");
            JsonNode delta = client.next("response.output_audio.delta");
            assertThat(Base64.getDecoder().decode(delta.path("delta").asText())).hasSize(2400);
            JsonNode done = client.next("response.done");
            assertThat(done.at("/response/usage/output_token_details/audio_tokens").asInt()).isEqualTo(6);
            assertThat(talks.answers().getLast().usage().outputTokens()).isEqualTo(6);
        }
    }

    @Test
    void answerThatTheUpstreamBeginsByItselfIsChargedToo() {
        try (RealtimeClient client = talks.open(box.key("a"))) {
            client.send(LISTEN);
            client.next("session.updated");
            client.send(SECOND);
            client.next("response.created");
            client.next("response.done");
            assertThat(talks.answers()).hasSize(2);
            // What writing down the speech used, and what answering it used.
            assertThat(talks.answers().getFirst().usage().inputTokens()).isEqualTo(10);
            assertThat(talks.answers().getFirst().usage().outputTokens()).isEqualTo(5);
            assertThat(talks.answers().getLast().usage().outputTokens()).isEqualTo(32);
        }
    }

    @Test
    void sessionOfTheOlderProtocolIsOpenedAsOne() {
        String key = box.key("a");
        try (RealtimeClient client = RealtimeClient.open(box, "talk", builder -> builder
                .header("authorization", "Bearer " + key).header("openai-beta", "realtime=v1"))) {
            client.send("{\"type\":\"conversation.item.create\",\"item\":{\"type\":\"message\",\"role\":\"user\","
                    + "\"content\":[{\"type\":\"input_text\",\"text\":\"Hi\"}]}}");
            client.send("{\"type\":\"response.create\",\"response\":{\"modalities\":[\"text\"]}}");
            client.next("response.text.delta");
            client.next("response.done");
        }
    }

    @Test
    void azureIsSpokenToInBothOfItsWays() {
        try (SimulatedProvider azure = SimulatedProvider.start(ProviderKind.AZURE_OPENAI, ProviderOptions.usual())) {
            box.model("new", talks.at(azure), "gpt-realtime", ModelRoute.Tokenizer.UNKNOWN);
            box.model("dated", box.outside("dated", Upstream.Kind.AZURE_OPENAI, azure.uri().toString(),
                    "simulated-key", Map.of("apiVersion", "2025-04-01-preview")), "gpt-realtime",
                    ModelRoute.Tokenizer.UNKNOWN);
            try (RealtimeClient client = RealtimeClient.open(box, box.key("a"), "new")) {
                client.ask("Hi");
                client.next("response.output_text.delta");
                client.next("response.done");
            }
            try (RealtimeClient client = RealtimeClient.open(box, box.key("a"), "dated")) {
                client.send("{\"type\":\"response.create\",\"response\":{\"modalities\":[\"text\"]}}");
                client.next("response.text.delta");
                client.next("response.done");
            }
            assertThat(azure.ledger().entries()).allMatch(entry -> !entry.headers().containsKey("authorization"));
        }
    }

    @Test
    void modelIsKnownByItsPublicNameOnBothSides() {
        try (RealtimeClient client = talks.open(box.key("a"))) {
            client.send("{\"type\":\"session.update\",\"session\":{\"type\":\"realtime\",\"model\":\"talk\","
                    + "\"instructions\":\"Be brief.\"}}");
            JsonNode updated = client.next("session.updated");
            assertThat(updated.at("/session/model").asText()).isEqualTo("talk");
            assertThat(updated.at("/session/instructions").asText()).isEqualTo("Be brief.");
        }
    }

    @Test
    void otherModelThanThatOfTheSessionIsRefused() {
        try (RealtimeClient client = talks.open(box.key("a"))) {
            client.send("{\"type\":\"session.update\",\"event_id\":\"mine\",\"session\":{\"type\":\"realtime\","
                    + "\"model\":\"gpt-4o\"}}");
            JsonNode error = client.next("error");
            assertThat(error.at("/error/code").asText()).isEqualTo("model_not_allowed");
            assertThat(error.at("/error/event_id").asText()).isEqualTo("mine");
            assertThat(error.at("/error/message").asText()).contains("talk");
            // In two ways, of which a server might take either.
            client.send("{\"type\":\"session.update\",\"session\":{\"type\":\"realtime\",\"model\":\"talk\","
                    + "\"\\u006dodel\":\"gpt-4o\"}}");
            assertThat(client.next("error").at("/error/code").asText()).isEqualTo("invalid_request_error");
            client.ask("[[sim tokens=3]] Still there?");
            client.next("response.done");
        }
    }

    @Test
    void brokenEventIsRefusedAndTheSessionGoesOn() {
        try (RealtimeClient client = talks.open(box.key("a"))) {
            for (String broken : new String[]{"", "nonsense", "[1]", "{\"type\":\"response.create\"", "{} {}",
                    "{\"type\":\"x\",\"type\":\"response.create\"}"}) {
                client.send(broken);
                JsonNode error = client.next("error");
                assertThat(error.at("/error/code").asText()).as(broken).isEqualTo("invalid_request_error");
                assertThat(error.at("/error/type").asText()).isEqualTo("invalid_request_error");
                assertThat(error.path("event_id").asText()).startsWith("event_");
            }
            // What only the upstream can judge, it does.
            client.send("{\"type\":\"no.such.event\"}");
            assertThat(client.next("error").at("/error/message").asText()).contains("no.such.event");
            client.ask("[[sim tokens=3]] Still there?");
            client.next("response.done");
        }
    }

    @Test
    void answerThatTheUpstreamRefusesToBeginCostsNothing() throws InterruptedException {
        try (RealtimeClient client = talks.open(box.key("a"))) {
            client.ask("[[sim tokens=100000 token-ms=5]] Talk on.");
            client.next("response.output_text.delta");
            client.send("{\"type\":\"response.create\",\"event_id\":\"second\"}");
            JsonNode error = client.next("error");
            assertThat(error.at("/error/code").asText()).isEqualTo("conversation_already_has_active_response");
            assertThat(error.at("/error/event_id").asText()).isEqualTo("second");
            TestBox.await(() -> talks.answers().size() == 1, "no row of the refused answer");
            assertThat(talks.answers().getFirst().errorCode()).isEqualTo("upstream_refused");
            assertThat(talks.answers().getFirst().usage()).isEqualTo(Usage.NOTHING);
            client.send("{\"type\":\"response.cancel\"}");
            JsonNode done = client.next("response.done");
            assertThat(done.at("/response/status").asText()).isEqualTo("cancelled");
            assertThat(talks.answers().getLast().usage().outputTokens())
                    .isEqualTo(done.at("/response/usage/output_tokens").asLong());
            assertThat(client.closed.isDone()).isFalse();
            assertThat(client.events.poll(10, TimeUnit.MILLISECONDS)).isNull();
        }
    }

    @Test
    void failedAnswerIsAFailureInItsRow() {
        try (RealtimeClient client = talks.open(box.key("a"))) {
            client.ask("[[sim failure=error-event]] Fail.");
            assertThat(client.next("response.done").at("/response/status").asText()).isEqualTo("failed");
            CallRecord row = talks.answers().getFirst();
            assertThat(row.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(row.errorCode()).isEqualTo("upstream_error");
            assertThat(row.usage().outputTokens()).isEqualTo(3);
        }
    }

    @Test
    void largeMessagesAndFragmentsGoThroughWhole() {
        try (RealtimeClient client = talks.open(box.key("a"))) {
            String text = "x".repeat(3_000_000);
            String event = "{\"type\":\"conversation.item.create\",\"item\":{\"type\":\"message\",\"role\":\"user\","
                    + "\"content\":[{\"type\":\"input_text\",\"text\":\"" + text + "\"}]}}";
            int third = event.length() / 3;
            RealtimeClient.await(client.socket.sendText(event.substring(0, third), false));
            RealtimeClient.await(client.socket.sendPing(java.nio.ByteBuffer.allocate(3)));
            RealtimeClient.await(client.socket.sendText(event.substring(third, 2 * third), false));
            RealtimeClient.await(client.socket.sendText(event.substring(2 * third), true));
            JsonNode added = client.next("conversation.item.added");
            assertThat(added.at("/item/content/0/text").asText()).isEqualTo(text);
        }
    }
}
