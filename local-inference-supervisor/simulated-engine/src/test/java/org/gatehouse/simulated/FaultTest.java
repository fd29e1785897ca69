package org.gatehouse.simulated;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPInputStream;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class FaultTest {
    private static final String STREAM = "\"stream\":true";
    private static final String USAGE = "\"stream_options\":{\"include_usage\":true}";
    private static SimulatedServer server;

    @BeforeAll
    static void start() {
        server = SimulatedServer.start(Options.forModel("sim"));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void statusFaultsAnswerWithTheErrorsShape() throws IOException {
        RawClient.Answer tooMany = fault("status-429 retry-after=7");

        assertThat(tooMany.status()).isEqualTo(429);
        assertThat(tooMany.headers()).containsEntry("retry-after", "7");
        assertThat(Call.json(tooMany).at("/error/code").asInt()).isEqualTo(429);
        assertThat(fault("status-429").headers()).doesNotContainKey("retry-after");
        assertThat(Call.json(fault("status-500", STREAM)).at("/error/type").asText()).isEqualTo("InternalServerError");
        assertThat(fault("status-400").status()).isEqualTo(400);
        assertThat(Call.last(server).state()).isEqualTo(LedgerEntry.State.FAULTED);
        assertThat(Call.last(server).outputTokens()).isZero();
    }

    @Test
    void aProxysPageAnEmptyReplyAndARedirect() throws IOException {
        RawClient.Answer page = fault("html-502");
        RawClient.Answer away = fault("redirect to=http://example.invalid/x");

        assertThat(page.status()).isEqualTo(502);
        assertThat(page.headers()).containsEntry("content-type", "text/html");
        assertThat(fault("empty-200").body()).isEmpty();
        assertThat(away.status()).isEqualTo(302);
        assertThat(away.headers()).containsEntry("location", "http://example.invalid/x");
    }

    @Test
    void anErrorEventIsFollowedByTheEndMarkAndComesAfterSoManyTokens() throws IOException {
        RawClient.Answer late = fault("error-event after=2", STREAM);
        RawClient.Answer early = fault("error-event after=0", STREAM);

        assertThat(Call.said(Call.events(late), "/content")).isEqualTo("[simu");
        assertThat(Call.events(late).getLast().at("/error/code").asInt()).isEqualTo(500);
        assertThat(late.text()).endsWith("data: [DONE]\n\n");
        assertThat(early.status()).isEqualTo(200);
        assertThat(Call.events(early)).hasSize(1).first().satisfies(event -> assertThat(event.has("error")).isTrue());
        assertThat(fault("error-event").status()).isEqualTo(500);
    }

    @Test
    void aCutStreamEndsInTheMiddleOfAnEvent() throws IOException {
        try (RawClient client = asking("cut after=4", STREAM)) {
            assertThatThrownBy(client::answer).isInstanceOf(IOException.class).hasMessageContaining("ended after");
        }
        assertThat(Call.last(server).outputTokens()).isEqualTo(4);
        assertThat(Call.last(server).state()).isEqualTo(LedgerEntry.State.FAULTED);
    }

    @Test
    void aCutCanBeAReset() throws IOException {
        try (RawClient client = asking("cut reset token-ms=5", STREAM)) {
            assertThatThrownBy(client::answer).isInstanceOf(IOException.class).hasMessageContaining("reset");
        }
    }

    @Test
    void aCutPlainReplyIsShorterThanAnnounced() throws IOException {
        try (RawClient client = asking("cut")) {
            assertThatThrownBy(client::answer).isInstanceOf(IOException.class).hasMessageContaining("ended after");
        }
    }

    @Test
    void aCleanCutEndsTheFramingAndNothingElse() throws IOException {
        RawClient.Answer stream = fault("cut-clean after=2", STREAM, USAGE);
        RawClient.Answer plain = fault("cut-clean");

        assertThat(Call.said(Call.events(stream), "/content")).isEqualTo("[simu");
        assertThat(stream.text()).doesNotContain("[DONE]").doesNotContain("\"finish_reason\":\"");
        assertThat(plain.headers()).containsEntry("transfer-encoding", "chunked");
        assertThatThrownBy(() -> Call.JSON.readTree(plain.text())).isInstanceOf(IOException.class);
    }

    @Test
    void aCloseDelimitedReplyHasNeitherLengthNorChunks() throws IOException {
        for (String stream : new String[]{"\"stream\":false", STREAM}) {
            RawClient.Answer answer = fault("close-delimited", stream);

            assertThat(answer.headers()).doesNotContainKeys("content-length", "transfer-encoding")
                    .containsEntry("connection", "close");
            assertThat(answer.text()).contains("[");
            assertThat(Call.last(server).state()).isEqualTo(LedgerEntry.State.FINISHED);
        }
    }

    @Test
    void badAndTruncatedJsonAreFramedWell() throws IOException {
        assertThatThrownBy(() -> Call.json(fault("bad-json"))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> Call.json(fault("truncated-json"))).isInstanceOf(IOException.class);
        assertThat(fault("bad-json after=1", STREAM).chunks().get(1))
                .isEqualTo("data: {this is simulated and not JSON}\n\n");
        List<String> chunks = fault("truncated-json after=2", STREAM).chunks();
        assertThat(chunks).hasSize(3);
        assertThatThrownBy(() -> Call.JSON.readTree(chunks.get(2).substring(6))).isInstanceOf(IOException.class);
    }

    @Test
    void usageCanBeAbsurdOrAbsent() throws IOException {
        assertThat(Call.json(fault("wrong-usage")).at("/usage/prompt_tokens").asInt()).isEqualTo(-7);
        assertThat(Call.json(fault("wrong-usage usage=huge")).at("/usage/completion_tokens").asLong())
                .isEqualTo(9_000_000_000_000_000L);
        assertThat(Call.events(fault("wrong-usage usage=string", STREAM, USAGE)).getLast().at("/usage/total_tokens")
                .isTextual()).isTrue();
        assertThat(fault("no-usage").text()).doesNotContain("usage");
        assertThat(fault("no-usage", STREAM, USAGE).text()).doesNotContain("\"usage\"").contains("[DONE]");
        assertThat(Call.last(server).outputTokens()).isEqualTo(32);
    }

    @Test
    void theEndMarkCanBeMissing() throws IOException {
        assertThat(fault("no-done", STREAM).text()).doesNotContain("[DONE]").contains("\"finish_reason\":\"stop\"");
    }

    @Test
    void aStreamCanSayItsEndAndHoldTheConnection() throws Exception {
        for (String path : new String[]{"/v1/chat/completions", "/v1/responses"}) {
            server.ledger().clear();
            try (RawClient client = new RawClient(server)) {
                String directive = "x [[sim tokens=2 fault=hold-after-end]]";
                client.send(RawClient.request("POST", path, path.endsWith("responses")
                        ? "{\"stream\":true,\"input\":\"" + directive + "\"}"
                        : Call.chatBody(directive, STREAM)));
                String last = path.endsWith("responses") ? "response.completed" : "[DONE]";
                StringBuilder all = new StringBuilder();
                while (all.indexOf(last) < 0) {
                    all.append(new String(client.packet(), StandardCharsets.UTF_8));
                }
                assertThat(all.toString()).doesNotContain("\r\n0\r\n");
                Waiting.until(() -> server.ledger().entries().size() == 1
                        && Call.last(server).state() == LedgerEntry.State.FINISHED);
            }
            assertThat(server.running()).isZero();
        }
        assertThat(Call.last(server).state()).isEqualTo(LedgerEntry.State.FINISHED);
    }

    @Test
    void repliesCanBeCompressed() throws IOException {
        for (String stream : new String[]{"\"stream\":false", STREAM}) {
            RawClient.Answer answer = fault("gzip", stream);
            assertThat(answer.headers()).containsEntry("content-encoding", "gzip");
            String text = new String(new GZIPInputStream(new ByteArrayInputStream(answer.body())).readAllBytes(),
                    StandardCharsets.UTF_8);
            assertThat(text).contains("chat.completion");
        }
    }

    @Test
    void compressedStreamsArriveEventByEvent() throws IOException {
        assertThat(fault("gzip tokens=5", STREAM).chunks()).hasSizeGreaterThan(7);
    }

    @Test
    void aDribbledReplyIsWholeInTheEnd() throws IOException {
        try (RawClient client = asking("dribble tokens=3")) {
            int packets = 0;
            for (int bytes = 0; bytes < 500; packets++) {
                bytes += client.packet().length;
            }
            assertThat(packets).isGreaterThan(50);
        }
        assertThat(Call.json(fault("dribble tokens=3")).at("/usage/completion_tokens").asInt()).isEqualTo(3);
        assertThat(fault("dribble tokens=3", STREAM).text()).endsWith("[DONE]\n\n");
    }

    @Test
    void oneEventCanBeLongerThanAMegabyte() throws IOException {
        List<String> chunks = fault("big-event tokens=4", STREAM).chunks();

        assertThat(chunks).anySatisfy(chunk -> assertThat(chunk.length()).isGreaterThan(1 << 20));
        assertThat(Call.said(Call.events(fault("big-event tokens=4", STREAM)), "/content")).isEqualTo("[simulated");
        assertThat(Call.json(fault("big-event")).path("simulated_padding").asText()).hasSize(1 << 20);
    }

    @Test
    void eventsCanHaveTheLessUsualFormsOfTheirFormat() throws IOException {
        assertThat(fault("crlf", STREAM).chunks()).allSatisfy(event -> assertThat(event).endsWith("\r\n\r\n"));
        assertThat(fault("comments", STREAM).text()).contains(": keep-alive\n\n").contains("\nid: 3\n");
        RawClient.Answer split = fault("multi-data tokens=1", STREAM);
        assertThat(split.chunks().get(1)).containsPattern("(?s)^data: \\{[^\n]*,\ndata: [^\n]*\\}\n\n$");
        for (String form : new String[]{"crlf", "comments"}) {
            assertThat(Call.said(Call.events(fault(form + " tokens=5", STREAM)), "/content")).isEqualTo("[simulated]");
        }
    }

    @Test
    void charactersCanBeSplitOverPackets() throws IOException {
        try (RawClient client = asking("split-utf8 tokens=12", STREAM)) {
            boolean split = false;
            StringBuilder all = new StringBuilder();
            for (int i = 0; i < 12 && !all.toString().contains("[DONE]"); i++) {
                byte[] packet = client.packet();
                split |= packet[packet.length - 1] < 0;
                all.append(new String(packet, StandardCharsets.ISO_8859_1));
            }
            assertThat(split).isTrue();
        }
        assertThat(Call.said(Call.events(fault("split-utf8 tokens=12", STREAM)), "/content")).contains("Grüße");
    }

    @Test
    void usageCanComeBeforeTheFinish() throws IOException {
        List<JsonNode> events = Call.events(fault("usage-before-finish tokens=1", STREAM, USAGE));

        assertThat(events.get(2).has("usage")).isTrue();
        assertThat(events.getLast().at("/choices/0/finish_reason").asText()).isEqualTo("stop");
    }

    @Test
    void theTokenLimitCanBeIgnored() throws IOException {
        RawClient.Answer answer = fault("ignore-max-tokens tokens=50", "\"max_tokens\":5");

        assertThat(Call.json(answer).at("/usage/completion_tokens").asInt()).isEqualTo(50);
    }

    @Test
    void aConnectionCanCloseSilentlyAfterAGoodReply() throws IOException {
        try (RawClient client = asking("close-keepalive")) {
            RawClient.Answer answer = client.answer();

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.headers()).doesNotContainKey("connection");
            assertThat(client.read()).isEqualTo(-1);
        }
    }

    @Test
    void slowHeadersTakeTheirTime() throws IOException {
        long begin = System.nanoTime();
        assertThat(fault("slow-headers").status()).isEqualTo(200);

        assertThat(System.nanoTime() - begin).isGreaterThan(300_000_000L);
    }

    @Test
    void whatHangsStaysUntilTheCallerLeaves() throws Exception {
        for (String hang : new String[]{"hang-before-headers", "hang-after-headers", "stall after=2"}) {
            server.ledger().clear();
            try (RawClient client = asking(hang, STREAM)) {
                if (!hang.equals("hang-before-headers")) {
                    assertThat(client.line()).contains("200");
                }
                Waiting.until(() -> server.ledger().entries().size() == 1);
                assertThat(Call.last(server).state()).isEqualTo(LedgerEntry.State.RUNNING);
            }
            Waiting.until(() -> Call.last(server).state() == LedgerEntry.State.ABORTED);
        }
        assertThat(Call.last(server).outputTokens()).isEqualTo(2);
    }

    @Test
    void theOtherSurfacesGoWrongToo() throws IOException {
        assertThat(RawClient.post(server, "/v1/embeddings", "{\"input\":\"[[sim fault=status-500]]\"}").status())
                .isEqualTo(500);
        assertThat(RawClient.post(server, "/v1/completions",
                "{\"stream\":true,\"prompt\":\"[[sim fault=cut-clean after=1]]\"}").text()).doesNotContain("[DONE]");
        List<JsonNode> events = Call.events(RawClient.post(server, "/v1/responses",
                "{\"stream\":true,\"input\":\"[[sim fault=error-event after=1]]\"}"));
        assertThat(events.getLast().path("type").asText()).isEqualTo("response.failed");
    }

    private static RawClient.Answer fault(String fault, String... fields) throws IOException {
        return Call.chat(server, "x [[sim fault=" + fault + "]]", fields);
    }

    private static RawClient asking(String fault, String... fields) throws IOException {
        RawClient client = new RawClient(server);
        client.send(RawClient.request("POST", "/v1/chat/completions",
                Call.chatBody("x [[sim fault=" + fault + "]]", fields)));
        return client;
    }
}
