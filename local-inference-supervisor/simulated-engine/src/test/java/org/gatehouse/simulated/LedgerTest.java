package org.gatehouse.simulated;

import java.io.IOException;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LedgerTest {

    @Test
    void theLedgerTellsWhatWasAskedAndProducedWithoutTheKey() throws IOException {
        try (SimulatedServer server = SimulatedServer.start(Options.forModel("sim"))) {
            RawClient.post(server, "/v1/chat/completions", Call.chatBody("tell me", "\"max_tokens\":3"),
                    "Authorization: Bearer sk-very-secret", "X-Request-Id: r-1");
            JsonNode ledger = Call.json(RawClient.get(server, "/simulated/ledger"));
            JsonNode line = ledger.at("/requests/0");

            assertThat(line.path("id").asText()).isEqualTo("r-1");
            assertThat(line.path("state").asText()).isEqualTo("finished");
            assertThat(line.path("output_tokens").asInt()).isEqualTo(3);
            assertThat(line.path("status").asInt()).isEqualTo(200);
            assertThat(line.path("aborted_after_ms").isNull()).isTrue();
            assertThat(line.at("/received_headers/authorization").asText()).isEqualTo("…cret");
            assertThat(line.path("body").asText()).contains("tell me");
            assertThat(ledger.at("/totals/output_tokens").asInt()).isEqualTo(3);
            assertThat(ledger.toString()).doesNotContain("sk-very");
        }
    }

    @Test
    void clearingForgetsTheLines() throws IOException {
        try (SimulatedServer server = SimulatedServer.start(Options.forModel("sim"));
                RawClient client = new RawClient(server)) {
            Call.chat(server, "x");
            client.send(RawClient.request("DELETE", "/simulated/ledger", ""));
            client.answer();

            assertThat(server.ledger().entries()).isEmpty();
            Call.chat(server, "y");
            assertThat(server.ledger().entries()).hasSize(1);
        }
    }

    @Test
    void withoutBodiesNothingOfTheRequestIsKept() throws IOException {
        try (SimulatedServer server = SimulatedServer.start(Options.forModel("sim").withLedgerBodies(false))) {
            Call.chat(server, "x");

            assertThat(Call.last(server).body()).isNull();
            assertThat(Call.last(server).headers()).isEmpty();
        }
    }

    @Test
    void onlyTheLastTenThousandLinesAreKept() {
        Ledger ledger = new Ledger();
        for (int i = 0; i < Ledger.CAPACITY + 5; i++) {
            ledger.add(new LedgerEntry(Integer.toString(i), "/", 0, 0));
        }

        assertThat(ledger.entries()).hasSize(Ledger.CAPACITY);
        assertThat(ledger.entries().getFirst().id()).isEqualTo("5");
        assertThat(ledger.entries().getLast().id()).isEqualTo(Integer.toString(Ledger.CAPACITY + 4));
    }
}
