package org.gatehouse.daemon;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.governance.Governance;
import org.gatehouse.governance.ModelDraft;
import org.gatehouse.governance.UpstreamDraft;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.simulated.SimulatedServer;
import org.gatehouse.simulated.providers.ProviderKind;
import org.gatehouse.simulated.providers.ProviderOptions;
import org.gatehouse.simulated.providers.SimulatedProvider;

import static org.assertj.core.api.Assertions.assertThat;

/** A Realtime session through the whole daemon: trail, metrics, keys, and its stop. */
class RealtimeIT {
    @TempDir
    Path data;

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();

    private WebSocket open(TestDaemon box, String key) throws Exception {
        URI uri = URI.create(box.uri("/v1/realtime?model=talk").toString().replace("http:", "ws:"));
        // Not closed: that would wait for a session that a failed assertion left open.
        return HttpClient.newHttpClient().newWebSocketBuilder().header("authorization", "Bearer " + key)
                .buildAsync(uri, new WebSocket.Listener() {
                    @Override
                    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
                        heard.add(text.toString());
                        from.request(1);
                        return null;
                    }

                    @Override
                    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
                        closed.complete(code);
                        return null;
                    }

                    @Override
                    public void onError(WebSocket from, Throwable error) {
                        closed.completeExceptionally(error);
                    }
                }).get(10, TimeUnit.SECONDS);
    }

    private void hear(String type) throws InterruptedException {
        String event;
        do {
            event = heard.poll(10, TimeUnit.SECONDS);
            assertThat(event).as(type).isNotNull();
        } while (!String.valueOf(event).contains("\"type\":\"" + type + "\""));
    }

    private static void model(TestDaemon box, UpstreamDraft draft) {
        Governance governance = box.daemon.governance();
        UUID upstream = governance.upstreams().create(TestDaemon.TEST, draft).made().id();
        governance.models().create(TestDaemon.TEST, ModelDraft.routed("talk", upstream, "gpt-realtime",
                ModelRoute.Tokenizer.UNKNOWN, 32_000, 4096)).made();
    }

    @Test
    void sessionIsRecordedCountedAndEndsWithItsKeyOrTheBox() throws Exception {
        try (SimulatedProvider openai = SimulatedProvider.start(ProviderKind.OPENAI, ProviderOptions.usual());
                SimulatedServer engine = TestDaemon.engine();
                TestDaemon box = TestDaemon.plain(data)) {
            TestDaemon.Furnished made = box.furnish(engine);
            model(box, UpstreamDraft.commercial("openai", openai.uri() + "/v1", "simulated-key").of(
                    Upstream.Kind.OPENAI).onPrivateAddress().asSimulated());
            TestDaemon.IssuedTo key = box.key(made.project(), "ci");
            WebSocket first = open(box, key.text());
            hear("session.created");
            assertThat(box.metric("gatehouse_realtime_sessions")).isEqualTo(1);
            first.sendText("{\"type\":\"response.create\",\"response\":{\"output_modalities\":[\"text\"]}}", true)
                    .join();
            hear("response.done");
            // Durable before its last event went out.
            assertThat(box.audit("model=talk")).contains("\"simulated\":true", "\"surface\":\"realtime\"");
            assertThat(box.metric("gatehouse_realtime_messages_total{from=\"client\"}")).isEqualTo(1);
            box.daemon.governance().keys().revoke(TestDaemon.TEST, key.id(), null).made();
            hear("error");
            assertThat(closed.get(10, TimeUnit.SECONDS)).isEqualTo(1008);
            TestDaemon.await(() -> box.audit("model=talk").contains("\"status\":101"), "no row of the session");
            assertThat(box.audit("model=talk")).contains("\"errorCode\":\"invalid_api_key\"");

            TestDaemon.IssuedTo other = box.key(made.project(), "other");
            RealtimeIT second = new RealtimeIT();
            second.open(box, other.text());
            second.hear("session.created");
            long before = System.nanoTime();
            box.close();
            assertThat(second.closed.get(10, TimeUnit.SECONDS)).isEqualTo(1001);
            assertThat(System.nanoTime() - before).isLessThan(TimeUnit.SECONDS.toNanos(10));
        }
        try (TestDaemon again = TestDaemon.plain(data)) {
            // Nothing was found interrupted.
            assertThat(again.audit("model=talk")).doesNotContain("interrupted").contains("\"other\"");
        }
    }
}
