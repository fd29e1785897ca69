package org.gatehouse.gateway;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.audit.Outcome;
import org.gatehouse.gateway.upstream.LocalEngines.Instance;
import org.gatehouse.gateway.upstream.LocalEngines.Standing;
import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.simulated.LedgerEntry;
import org.gatehouse.simulated.Options;
import org.gatehouse.simulated.SimulatedServer;

import static org.assertj.core.api.Assertions.assertThat;

/** Engines behind sockets of this machine, which nobody else on the network can reach. */
class UnixEnginesTest {
    private static final String CHAT = "/v1/chat/completions";

    @TempDir
    private Path directory;
    private final TestBox box = new TestBox();
    private SimulatedServer engine = box.engine;
    private Path socket = Path.of("/");

    @BeforeEach
    void begin() {
        socket = directory.resolve("engine.sock");
        engine = start(socket);
        box.model("near", box.upstream("near", Upstream.Kind.VLLM, "unix:" + socket, null, true), "engine-model",
                ModelRoute.Tokenizer.ENGINE);
    }

    @AfterEach
    void close() {
        box.assertNothingHeld();
        engine.close();
        box.close();
    }

    private static SimulatedServer start(Path socket) {
        return SimulatedServer.start(Options.forModel("sim/engine").withServedModelNames("engine-model")
                .withUnixSocket(socket).withLedgerBodies(true));
    }

    @Test
    void plainAndStreamedCallsPassAndPromptsAreCountedByTheEngine() {
        String key = box.limitedKey("counted", TestBox.projectLimit(Limit.Kind.TOTAL_TOKENS, 100_000));
        assertThat(box.post(key, CHAT, TestBox.chat("near", "[[sim tokens=4]]", "")).statusCode()).isEqualTo(200);
        assertThat(box.lastRow().usage().outputTokens()).isEqualTo(4);
        assertThat(box.lastRow().upstream()).isEqualTo("near");
        HttpResponse<String> stream = box.post(key, CHAT,
                TestBox.chat("near", "[[sim tokens=5]]", ",\"stream\":true"));
        assertThat(stream.body()).endsWith("data: [DONE]\n\n");
        assertThat(box.lastRow().usage().outputTokens()).isEqualTo(5);
        assertThat(engine.ledger().entries().getLast().headers()).containsEntry("host", "localhost");
    }

    @Test
    void basePathMayFollowTheSocket() {
        box.model("based", box.upstream("based", Upstream.Kind.VLLM, "unix:" + socket + ":/v1", null, true),
                "engine-model", ModelRoute.Tokenizer.ENGINE);
        assertThat(box.post(box.key("k"), CHAT, TestBox.chat("based", "[[sim tokens=1]]", "")).statusCode())
                .isEqualTo(200);
    }

    @Test
    void clientThatLeavesStopsTheEngine() {
        try (RawClient client = new RawClient(box)) {
            client.post(box.key("leaver"), CHAT, "left",
                    TestBox.chat("near", "[[sim tokens=500 token-ms=10]]", ",\"stream\":true"));
            client.readUntil("\"content\":\"");
        }
        TestBox.await(() -> engine.ledger().entries().getLast().state() == LedgerEntry.State.ABORTED,
                "the engine goes on");
        assertThat(box.row("left").outcome()).isEqualTo(Outcome.CLIENT_GONE);
    }

    @Test
    void engineThatIsGoneIsToldAndOneThatIsBackServes() throws IOException {
        String key = box.key("patient");
        String chat = TestBox.chat("near", "[[sim tokens=1]]", "");
        assertThat(box.post(key, CHAT, chat).statusCode()).isEqualTo(200);
        engine.close();
        HttpResponse<String> gone = box.post(key, CHAT, chat);
        assertThat(gone.statusCode()).isEqualTo(502);
        assertThat(gone.body()).contains("upstream_error").doesNotContain(directory.toString());
        Files.deleteIfExists(socket);
        engine = start(socket);
        assertThat(box.post(key, CHAT, chat).statusCode()).isEqualTo(200);
    }

    @Test
    void deploymentsMayLieBehindSocketsWhoseFileIsGone() {
        box.model("mine", box.upstream("fleet", Upstream.Kind.VLLM, "deployment:d", null, true), "engine-model",
                ModelRoute.Tokenizer.ENGINE);
        box.engines.set("d", new Standing.Ready(List.of(
                new Instance("gone", "unix:" + directory.resolve("gone.sock"), null, false, 0),
                new Instance("here", "unix:" + socket, null, false, 7))));

        assertThat(box.post(box.key("k"), CHAT, TestBox.chat("mine", "[[sim tokens=1]]", "")).statusCode())
                .isEqualTo(200);
        assertThat(box.lastRow().instance()).isEqualTo("here");
        assertThat(box.engines.unreachable).containsExactly("gone");
    }
}
