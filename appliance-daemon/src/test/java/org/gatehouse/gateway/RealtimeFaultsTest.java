package org.gatehouse.gateway;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.realtime.RealtimeTerms;
import org.gatehouse.gateway.upstream.LocalEngines;
import org.gatehouse.gateway.websocket.FrameReader;
import org.gatehouse.gateway.websocket.FrameWriter;
import org.gatehouse.gateway.websocket.Message;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.simulated.providers.Failure;

import static org.assertj.core.api.Assertions.assertThat;

/** What either side of a Realtime session may do to the other, or to the box. */
class RealtimeFaultsTest {
    private static final String HELLO = "{\"type\":\"session.created\",\"session\":{\"model\":\"gpt-realtime\"}}";

    private RealtimeBox talks = new RealtimeBox();

    @AfterEach
    void nothingIsLeft() {
        talks.close();
    }

    /** A model at an upstream that does what a test wants. */
    private RealtimeClient open(WebSocketUpstream upstream) {
        model(upstream);
        return RealtimeClient.open(talks.box, talks.box.key("a"), "scripted");
    }

    private void model(WebSocketUpstream upstream) {
        talks.box.model("scripted", talks.box.outside("scripted", Upstream.Kind.OPENAI, upstream.url(), "k", Map.of()),
                "gpt-realtime", ModelRoute.Tokenizer.UNKNOWN);
    }

    private RawClient raw(String model) {
        RawClient client = new RawClient(talks.box);
        RawClient.Reply reply = client.send(("GET /v1/realtime?model=" + model + " HTTP/1.1\r\nHost: box\r\n"
                + "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nauthorization: Bearer " + talks.box.key("a")
                + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1)).reply();
        assertThat(reply.status()).isEqualTo(101);
        return client;
    }

    private static FrameWriter frames(RawClient client) {
        return FrameWriter.ofClient((bytes, offset, length) -> {
            byte[] some = new byte[length];
            System.arraycopy(bytes, offset, some, 0, length);
            client.send(some);
        }, new Random(3), System::nanoTime);
    }

    @ParameterizedTest
    @ValueSource(strings = {"CUT", "RESET", "BAD_CHUNK"})
    void upstreamThatBreaksOffIsToldToTheClientAndWhatItMadeIsCharged(Failure failure) {
        try (RealtimeClient client = talks.open(talks.box.key("a"))) {
            client.ask("[[sim failure=" + failure.word() + " after=4]] Hi.");
            JsonNode error = client.next("error");
            assertThat(error.at("/error/code").asText()).isEqualTo("upstream_error");
            assertThat(error.at("/error/message").asText()).doesNotContain("127.0.0.1");
            assertThat(client.closed()).startsWith("1011");
            CallRecord session = talks.session();
            assertThat(session.outcome()).isEqualTo(Outcome.FAILED);
            CallRecord answer = talks.answers().getFirst();
            assertThat(answer.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(answer.usage().source()).isEqualTo(Usage.Source.ESTIMATED);
            assertThat(answer.usage().outputTokens()).isPositive();
            assertThat(answer.usage().inputTokens()).isPositive();
        }
    }

    @Test
    void clientThatVanishesInTheMiddleOfAnAnswerPaysForWhatWasMadeByThen() {
        RealtimeClient client = talks.open(talks.box.key("a"));
        client.ask("[[sim tokens=100000 token-ms=2]] On and on.");
        client.next("response.output_text.delta");
        client.socket.abort();
        assertThat(talks.session().outcome()).isEqualTo(Outcome.CLIENT_GONE);
        CallRecord answer = talks.answers().getFirst();
        assertThat(answer.outcome()).isEqualTo(Outcome.CLIENT_GONE);
        // The upstream was asked to stop, and told what it had used.
        assertThat(answer.usage().source()).isEqualTo(Usage.Source.REPORTED);
        assertThat(answer.usage().outputTokens())
                .isEqualTo(talks.openai.ledger().modelCalls().getFirst().outputTokens());
    }

    @Test
    void silentUpstreamIsLeftWithItsClientAndEstimated() {
        RealtimeClient client = talks.open(talks.box.key("a"));
        client.ask("[[sim failure=stall after=5]] Hi.");
        for (int i = 0; i < 5; i++) {
            client.next("response.output_text.delta");
        }
        client.leave(1000);
        assertThat(client.closed()).startsWith("1000");
        talks.session();
        assertThat(talks.answers().getFirst().usage().source()).isEqualTo(Usage.Source.ESTIMATED);
        assertThat(talks.answers().getFirst().outcome()).isEqualTo(Outcome.CLIENT_GONE);
    }

    @ParameterizedTest
    @CsvSource({"1000,1000,COMPLETED", "4001,4001,COMPLETED", "1008,1008,COMPLETED", "1013,1013,FAILED",
            "1011,1011,FAILED"})
    void codeThatTheUpstreamClosesWithGetsToTheClient(int code, int seen, Outcome outcome) {
        try (WebSocketUpstream upstream = new WebSocketUpstream((in, out, _) -> {
            out.send(HELLO);
            in.next();
            out.close(code, "as told");
            in.next();
        }); RealtimeClient client = open(upstream)) {
            client.send("{}");
            assertThat(client.closed()).isEqualTo(seen + " as told");
            assertThat(talks.session().outcome()).isEqualTo(outcome);
        }
    }

    @Test
    void codeThatTheClientClosesWithGetsToTheUpstream() {
        CompletableFuture<Message> seen = new CompletableFuture<>();
        try (WebSocketUpstream upstream = new WebSocketUpstream((in, out, _) -> {
            out.send(HELLO);
            seen.complete(in.next());
        }); RealtimeClient client = open(upstream)) {
            client.next("session.created");
            client.leave(3007);
            assertThat(((Message.Close) RealtimeClient.await(seen)).code()).isEqualTo(3007);
            assertThat(client.closed()).startsWith("3007");
        }
    }

    @Test
    void upstreamThatGoesWithoutAWordIsAnError() {
        try (WebSocketUpstream upstream = new WebSocketUpstream((in, out, _) -> {
            out.send(HELLO);
            in.next();
        }); RealtimeClient client = open(upstream)) {
            client.send("{}");
            assertThat(client.next("error").at("/error/code").asText()).isEqualTo("upstream_error");
            assertThat(client.closed()).startsWith("1011");
        }
    }

    @Test
    void pingOfTheUpstreamIsAnswered() {
        CompletableFuture<Message> seen = new CompletableFuture<>();
        try (WebSocketUpstream upstream = new WebSocketUpstream((in, out, _) -> {
            out.send(HELLO);
            out.ping();
            seen.complete(in.next());
            in.next();
        }); RealtimeClient client = open(upstream)) {
            assertThat(RealtimeClient.await(seen)).isInstanceOf(Message.Pong.class);
            client.leave(1000);
        }
    }

    @Test
    void textAndBinaryKeepTheirKindAndTheirOrder() throws InterruptedException {
        try (WebSocketUpstream upstream = new WebSocketUpstream((in, out, _) -> {
            out.send(HELLO);
            while (true) {
                if (in.next() instanceof Message.Data data) {
                    out.send(data);
                } else {
                    return;
                }
            }
        }); RealtimeClient client = open(upstream)) {
            client.next("session.created");
            for (int i = 0; i < 300; i++) {
                client.send("{\"type\":\"echo\",\"number\":" + i + "}");
                RealtimeClient.await(client.socket.sendBinary(ByteBuffer.wrap(new byte[]{1, (byte) i}), true));
            }
            for (int i = 0; i < 300; i++) {
                assertThat(client.next("echo").path("number").asInt()).isEqualTo(i);
                assertThat(client.binary.poll(5, TimeUnit.SECONDS)).containsExactly(1, (byte) i);
            }
        }
    }

    @Test
    void eventInABinaryMessageIsGovernedLikeAnyOther() {
        try (RealtimeClient client = talks.open(talks.box.key("a"))) {
            RealtimeClient.await(client.socket.sendBinary(ByteBuffer.wrap(
                    " {\"type\":\"session.update\",\"session\":{\"model\":\"gpt-4o\"}}".getBytes(
                            StandardCharsets.UTF_8)),
                    true));
            assertThat(client.next("error").at("/error/code").asText()).isEqualTo("model_not_allowed");
        }
    }

    @Test
    void clientThatReadsSlowlySlowsTheUpstreamAndLosesNothing() throws Exception {
        int messages = 1_500;
        String filling = "x".repeat(64 << 10);
        AtomicLong written = new AtomicLong();
        try (WebSocketUpstream upstream = new WebSocketUpstream((in, out, _) -> {
            out.send(HELLO);
            for (int i = 0; i < messages; i++) {
                out.send("{\"type\":\"filling\",\"number\":" + i + ",\"text\":\"" + filling + "\"}");
                written.incrementAndGet();
            }
            in.next();
        })) {
            model(upstream);
            try (RawClient client = raw("scripted")) {
                settled(written);
                // What sockets hold on both ways, and one message here: far from the 94 MiB that are to come.
                assertThat(written.get()).isBetween(1L, (long) messages / 2);
                FrameReader in = new FrameReader(client::read, false, 1 << 20);
                assertThat(in.next()).isInstanceOf(Message.Data.class);
                for (int i = 0; i < messages; i++) {
                    Message.Data data = (Message.Data) in.next();
                    assertThat(new String(data.bytes(), 0, 40, StandardCharsets.UTF_8))
                            .contains("\"number\":" + i + ",");
                }
                frames(client).close(1000, "");
                talks.session();
            }
        }
    }

    @Test
    void upstreamThatTakesNothingSlowsTheClient() {
        AtomicLong sent = new AtomicLong();
        CompletableFuture<Void> mayRead = new CompletableFuture<>();
        BlockingQueue<Integer> read = new LinkedBlockingQueue<>();
        try (WebSocketUpstream upstream = new WebSocketUpstream((in, out, _) -> {
            out.send(HELLO);
            mayRead.join();
            while (in.next() instanceof Message.Data data) {
                read.add(data.bytes().length);
            }
        }); RealtimeClient client = open(upstream)) {
            client.next("session.created");
            String filling = "{\"type\":\"x\",\"text\":\"" + "x".repeat(64 << 10) + "\"}";
            Thread sender = Thread.startVirtualThread(() -> {
                for (int i = 0; i < 1_500; i++) {
                    client.send(filling);
                    sent.incrementAndGet();
                }
            });
            settled(sent);
            assertThat(sent.get()).isLessThan(750);
            mayRead.complete(null);
            TestBox.await(() -> read.size() == 1_500, "not everything came");
            assertThat(sender.isAlive()).isFalse();
        }
    }

    /** Waits until a count does not grow any more. */
    private static void settled(AtomicLong count) {
        long last = -1;
        long now = 0;
        while (now == 0 || now != last) {
            last = now;
            LockSupport.parkNanos(Duration.ofMillis(300).toNanos());
            now = count.get();
        }
    }

    @Test
    void clientThatTakesNothingForTooLongIsLeft() {
        talks.close();
        talks = new RealtimeBox(
                new RealtimeTerms(20, 8 << 20, 64 << 20, 4, Duration.ofMillis(500), Duration.ofMinutes(5),
                        Duration.ofMinutes(5), Duration.ofSeconds(20), Duration.ofSeconds(60), Duration.ofMillis(400),
                        Duration.ofMillis(300), Duration.ofMillis(20)));
        String filling = "x".repeat(64 << 10);
        try (WebSocketUpstream upstream = new WebSocketUpstream((_, out, _) -> {
            out.send(HELLO);
            while (out.send("{\"type\":\"filling\",\"text\":\"" + filling + "\"}")) {
                // On and on.
            }
        })) {
            model(upstream);
            try (RawClient client = raw("scripted")) {
                assertThat(talks.session().outcome()).isEqualTo(Outcome.CLIENT_GONE);
                assertThat(client).isNotNull();
            }
        }
    }

    @Test
    void upstreamThatTakesNothingForTooLongIsLeft() {
        talks.close();
        talks = new RealtimeBox(new RealtimeTerms(20, 8 << 20, 64 << 20, 4, Duration.ofMillis(500),
                Duration.ofMinutes(5), Duration.ofMinutes(5), Duration.ofSeconds(20), Duration.ofSeconds(60),
                Duration.ofMillis(400), Duration.ofMillis(300), Duration.ofMillis(20)));
        CompletableFuture<Void> over = new CompletableFuture<>();
        try (WebSocketUpstream upstream = new WebSocketUpstream((_, out, _) -> {
            out.send(HELLO);
            over.join();
        }); RealtimeClient client = open(upstream)) {
            client.next("session.created");
            String filling = "{\"type\":\"x\",\"text\":\"" + "x".repeat(64 << 10) + "\"}";
            Thread.startVirtualThread(() -> {
                while (!client.closed.isDone()) {
                    client.send(filling);
                }
            });
            assertThat(client.next("error").at("/error/code").asText()).isEqualTo("upstream_error");
            assertThat(talks.session().errorCode()).isEqualTo("upstream_error");
        } finally {
            over.complete(null);
        }
    }

    @Test
    void upstreamThatClosesInTheMiddleOfAnAnswerEndsItAtOnce() {
        try (WebSocketUpstream upstream = new WebSocketUpstream((in, out, _) -> {
            out.send(HELLO);
            in.next();
            out.send("{\"type\":\"response.created\",\"response\":{\"id\":\"r1\"}}");
            out.send("{\"type\":\"response.output_text.delta\",\"response_id\":\"r1\",\"delta\":\"Hello you\"}");
            out.close(4000, "enough");
            in.next();
        }); RealtimeClient client = open(upstream)) {
            client.send("{\"type\":\"response.create\"}");
            assertThat(client.closed()).isEqualTo("4000 enough");
            talks.session();
            CallRecord answer = talks.answers().getFirst();
            assertThat(answer.usage().source()).isEqualTo(Usage.Source.ESTIMATED);
            assertThat(answer.usage().outputTokens()).isBetween(2L, 4L);
        }
    }

    @Test
    void engineOfADeploymentIsTalkedToInItsOwnWordsAndChargedForItsTranscript() {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        try (WebSocketUpstream engine = new WebSocketUpstream((in, out, _) -> {
            // As vLLM does: the model is named in an event, and the transcript has the usage.
            out.send("{\"type\":\"session.created\",\"id\":\"s\",\"created\":1}");
            heard.add(new String(((Message.Data) in.next()).bytes(), StandardCharsets.UTF_8));
            out.send("{\"type\":\"transcription.delta\",\"delta\":\"Hel\"}");
            out.send("{\"type\":\"transcription.done\",\"text\":\"Hello\",\"usage\":{\"prompt_tokens\":20,"
                    + "\"completion_tokens\":2,\"total_tokens\":22}}");
            in.next();
        })) {
            talks.box.model("mine", talks.box.upstream("fleet", Upstream.Kind.VLLM, "deployment:d", null, true),
                    "engine-model", ModelRoute.Tokenizer.UNKNOWN);
            talks.box.engines.set("d", new LocalEngines.Standing.Ready(List.of(
                    new LocalEngines.Instance("one", engine.url(), null, false, 0))));
            try (RealtimeClient client = RealtimeClient.open(talks.box, talks.box.key("a"), "mine")) {
                client.send("{\"type\":\"session.update\",\"model\":\"mine\"}");
                client.next("transcription.done");
                assertThat(heard.peek()).isEqualTo("{\"type\":\"session.update\",\"model\":\"engine-model\"}");
                assertThat(talks.box.berths.inFlight("one")).isEqualTo(1);
                client.leave(1000);
            }
            assertThat(talks.session().instance()).isEqualTo("one");
            CallRecord row = talks.answers().getFirst();
            assertThat(row.usage().inputTokens()).isEqualTo(20);
            assertThat(row.usage().outputTokens()).isEqualTo(2);
            assertThat(row.instance()).isEqualTo("one");
            TestBox.await(() -> talks.box.berths.inFlight("one") == 0, "the berth was not given back");
        }
    }

    @Test
    void largeMessagesShareARoomAndOnesThatFindNoneAreRefused() throws Exception {
        talks.close();
        talks = new RealtimeBox(new RealtimeTerms(20, 8 << 20, 1 << 20, 4, Duration.ofMillis(500),
                Duration.ofMinutes(5), Duration.ofMinutes(5), Duration.ofSeconds(20), Duration.ofSeconds(60),
                Duration.ofSeconds(20), Duration.ofSeconds(1), Duration.ofMillis(20)));
        String key = talks.box.key("a");
        String half = "{\"type\":\"x\",\"text\":\"" + "x".repeat(700_000) + "\"}";
        try (RealtimeClient one = talks.open(key); RealtimeClient two = talks.open(key)) {
            for (int i = 0; i < 10; i++) {
                // Each gives back what it took.
                one.send(half);
                one.next("error");
            }
            one.socket.sendText(half.substring(0, 690_000), false).join();
            one.awaitRead();
            two.socket.sendText(half, true);
            assertThat(two.closed()).startsWith("1013");
            one.socket.sendText(half.substring(690_000), true).join();
            one.next("error");
        }
    }

    @Test
    void clientThatAnswersNoPingIsLeft() {
        talks.close();
        talks = new RealtimeBox(
                new RealtimeTerms(20, 8 << 20, 64 << 20, 4, Duration.ofMillis(500), Duration.ofMinutes(5),
                        Duration.ofMinutes(5), Duration.ofMillis(100), Duration.ofMillis(600), Duration.ofSeconds(20),
                        Duration.ofMillis(300), Duration.ofMillis(20)));
        try (RawClient silent = raw("talk"); RealtimeClient there = talks.open(talks.box.key("a"))) {
            assertThat(talks.session().outcome()).isEqualTo(Outcome.CLIENT_GONE);
            there.ask("[[sim tokens=3]] Still here.");
            there.next("response.done");
            assertThat(silent).isNotNull();
        }
    }

    @ParameterizedTest
    @CsvSource({"81 02 7b 7d,1002", "c1 80 00 00 00 00,1002", "83 80 00 00 00 00,1002", "80 80 00 00 00 00,1002",
            "09 80 00 00 00 00,1002", "89 fe 00 7e 00 00 00 00,1002", "01 80 00 00 00 00 81 80 00 00 00 00,1002",
            "81 fe 00 05 00 00 00 00 20 20 20 20 20,1002", "81 81 00 00 00 00 ff,1007",
            "82 ff 00 00 00 00 01 00 00 00 00 00 00 00,1009", "82 ff ff ff ff ff ff ff ff ff 00 00 00 00,1002",
            "88 81 00 00 00 00 03,1002", "88 82 00 00 00 00 03 ed,1002"})
    void forgedFrameClosesTheConnection(String hex, int code) throws Exception {
        try (RawClient client = raw("talk")) {
            byte[] bytes = new byte[hex.split(" ").length];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) Integer.parseInt(hex.split(" ")[i], 16);
            }
            client.send(bytes);
            FrameReader in = new FrameReader(client::read, false, 1 << 20);
            Message last = in.next();
            while (!(last instanceof Message.Close)) {
                last = in.next();
            }
            assertThat(((Message.Close) last).code()).isEqualTo(code);
            assertThat(client.isClosed()).isTrue();
        }
        assertThat(talks.session().outcome()).isEqualTo(Outcome.FAILED);
    }

    @Test
    void whatComesTogetherWithTheHandshakeIsHeard() throws Exception {
        java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
        bytes.writeBytes(("GET /v1/realtime?model=talk HTTP/1.1\r\nHost: box\r\nUpgrade: websocket\r\n"
                + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + "authorization: Bearer " + talks.box.key("a") + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        FrameWriter.ofClient(bytes::write, new Random(5), System::nanoTime)
                .send("{\"type\":\"input_audio_buffer.clear\"}");
        try (RawClient client = new RawClient(talks.box)) {
            assertThat(client.send(bytes.toByteArray()).reply().status()).isEqualTo(101);
            FrameReader in = new FrameReader(client::read, false, 1 << 20);
            in.next();
            assertThat(new String(((Message.Data) in.next()).bytes(), StandardCharsets.UTF_8))
                    .contains("input_audio_buffer.cleared");
        }
    }

    @Test
    void pingOfTheClientIsAnsweredBetweenItsFragments() throws Exception {
        try (RawClient client = raw("talk")) {
            client.send(new byte[]{0x01, (byte) 0x81, 0, 0, 0, 0, '{'});
            client.send(new byte[]{(byte) 0x89, (byte) 0x82, 1, 2, 3, 4, 'a' ^ 1, 'b' ^ 2});
            FrameReader in = new FrameReader(client::read, false, 1 << 20);
            List<Message> heard = new ArrayList<>(List.of(in.next(), in.next()));
            assertThat(heard).anyMatch(message -> message instanceof Message.Pong pong
                    && new String(pong.bytes(), StandardCharsets.UTF_8).equals("ab"));
            client.send(new byte[]{(byte) 0x80, (byte) 0x81, 0, 0, 0, 0, '}'});
            Message answer = in.next();
            assertThat(answer).isInstanceOf(Message.Data.class);
            assertThat(new String(((Message.Data) answer).bytes(), StandardCharsets.UTF_8)).contains("'type'");
        }
    }

    @Test
    void healthOfATargetHearsOfSessionsThatItBroke() {
        talks.model("weak", talks.at(talks.openai));
        for (int i = 0; i < 3; i++) {
            try (RealtimeClient client = RealtimeClient.open(talks.box, talks.box.key("a"), "weak")) {
                client.ask("[[sim failure=cut]] Hi.");
                client.closed();
            }
        }
        TestBox.await(() -> talks.box.rows.stream().filter(row -> row.status() == 101).count() == 3, "no rows");
        assertThat(talks.box.rows).allMatch(row -> row.outcome() == Outcome.FAILED);
    }
}
