package org.gatehouse.simulated;

import java.io.IOException;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class CancelTest {
    /** The wish is 20 ms; a busy machine with few cores gets more. */
    private static final double AT_MOST_MILLIS = 250;
    private static SimulatedServer server;

    @BeforeAll
    static void start() {
        server = SimulatedServer.start(Options.forModel("sim"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @ParameterizedTest
    @CsvSource({"fin,true,[[sim token-ms=20 tokens=3000]]", "reset,true,[[sim token-ms=20 tokens=3000]]",
            "fin,false,[[sim token-ms=20 tokens=3000]]", "reset,false,[[sim token-ms=20 tokens=3000]]",
            "fin,true,[[sim first-token-ms=60000]]", "reset,true,[[sim first-token-ms=60000]]",
            "fin,false,[[sim first-token-ms=60000]]", "reset,false,[[sim first-token-ms=60000]]",
            "half,false,[[sim first-token-ms=60000]]"})
    void aCallerThatLeavesEndsTheGenerationAtOnce(String how, boolean stream, String text) throws Exception {
        RawClient client = new RawClient(server);
        client.send(RawClient.request("POST", "/v1/chat/completions", Call.chatBody(text, "\"stream\":" + stream)));
        Waiting.until(() -> server.running() == 1);
        if (text.contains("token-ms=20 ")) {
            Waiting.until(() -> Call.last(server).outputTokens() >= 3);
        }
        LedgerEntry entry = Call.last(server);
        long left = System.nanoTime();
        switch (how) {
            case "fin" -> client.close();
            case "reset" -> client.reset();
            default -> client.halfClose();
        }
        Waiting.until(() -> entry.state() == LedgerEntry.State.ABORTED);

        assertThat((System.nanoTime() - left) / 1e6).isLessThan(AT_MOST_MILLIS);
        assertThat(entry.outputTokens()).isLessThan(300);
        Waiting.until(() -> server.running() == 0);
        client.close();
    }

    @Test
    void aCallerThatStopsReadingAndLeavesDoesNotHoldTheGeneration() throws Exception {
        try (RawClient client = new RawClient(server)) {
            client.send(RawClient.request("POST", "/v1/chat/completions",
                    Call.chatBody("[[sim tokens=9000000 fault=ignore-max-tokens]]", "\"stream\":true")));
            Waiting.until(() -> server.running() == 1);
            int before = Call.last(server).outputTokens();
            Waiting.until(() -> Call.last(server).outputTokens() > before);
        }
        Waiting.until(() -> Call.last(server).state() == LedgerEntry.State.ABORTED);

        assertThat(Call.last(server).outputTokens()).isLessThan(9_000_000);
    }

    @Test
    void aConnectionThatWasWatchedServesTheNextRequest() throws IOException {
        try (RawClient client = new RawClient(server)) {
            for (int i = 0; i < 20; i++) {
                client.send(RawClient.request("POST", "/v1/chat/completions",
                        Call.chatBody("[[sim token-ms=1 tokens=3]]", "\"stream\":" + (i % 2 == 0))));
                assertThat(client.answer().status()).isEqualTo(200);
            }
        }
    }

    @Test
    void aRequestThatWaitsForASlotCanBeCancelledToo() throws Exception {
        try (SimulatedServer narrow = SimulatedServer.start(Options.forModel("sim").withMaxConcurrent(1));
                RawClient first = new RawClient(narrow)) {
            first.send(
                    RawClient.request("POST", "/v1/chat/completions", Call.chatBody("[[sim first-token-ms=60000]]")));
            Waiting.until(() -> narrow.running() == 1);
            try (RawClient second = new RawClient(narrow)) {
                second.send(RawClient.request("POST", "/v1/chat/completions", Call.chatBody("x")));
                Waiting.until(() -> narrow.ledger().entries().size() == 2);
                assertThat(RawClient.get(narrow, "/load").text()).isEqualTo("{\"server_load\":2}");
            }
            Waiting.until(() -> Call.last(narrow).state() == LedgerEntry.State.ABORTED);
        }
    }
}
