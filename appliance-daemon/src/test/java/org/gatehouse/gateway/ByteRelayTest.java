package org.gatehouse.gateway;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.simulated.LedgerEntry;
import org.gatehouse.simulated.SimulatedServer;

import static org.assertj.core.api.Assertions.assertThat;

/** What goes through the box goes through byte for byte, but for what governance must change. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ByteRelayTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String ODD = "\"x_unknown\" : {\"b\":[1.50, -0.0,1e+05 ,123456789012345678901234567890],\"a\":null}";

    private final TestBox box = new TestBox();
    private final AtomicInteger calls = new AtomicInteger();
    private final String key = box.key("bytes");

    @AfterAll
    void close() {
        box.assertNothingHeld();
        box.close();
    }

    @Test
    void upstreamGetsWhatTheClientSentButForTheModelsName() {
        String body = "{ \"messages\":[ {\"content\":\"h\\u00e9 \\ud83d\\ude00 \u00e9 \\/ [[sim tokens=2]]\",\"role\":\"user\"} ],\n\t"
                + ODD + ",\"temperature\":0.70,\"model\":\"local\"}\r\n";
        sent("local", body);

        assertThat(withoutSalt(received(box.engine))).isEqualTo(body.replace("\"local\"", "\"engine-model\""));
    }

    @Test
    void upstreamGetsOneFieldMoreInAStream() {
        String body = TestBox.chat("local", "[[sim tokens=2]]", "," + ODD + ",\"stream\" : true");
        sent("local", body);
        assertThat(withoutSalt(received(box.engine)))
                .isEqualTo("{\"stream_options\":{\"include_usage\":true,\"continuous_usage_stats\":true},"
                        + body.substring(1).replace("\"local\"", "\"engine-model\""));

        String other = TestBox.chat("cloud", "[[sim tokens=2]]",
                ",\"stream\":true,\"stream_options\" : {\"include_usage\" : true}");
        sent("cloud", other);
        assertThat(received(box.cloud)).isEqualTo(other.replace("\"cloud\"", "\"cloud-model\""));
    }

    @Test
    void capIsTheOnlyOtherThingThatChanges() {
        String limited = box.limitedKey("cap", TestBox.projectLimit(Limit.Kind.TOTAL_OUTPUT_TOKENS, 7));
        String body = TestBox.chat("cloud", "[[sim tokens=50]]", ",\"max_tokens\" : 100," + ODD);
        try (RawClient client = new RawClient(box)) {
            RawClient.Reply reply = client.post(limited, CHAT, nextId(), body).reply();
            assertThat(reply.text()).contains("\"finish_reason\":\"length\"");
        }
        assertThat(received(box.cloud))
                .isEqualTo(body.replace("\"cloud\"", "\"cloud-model\"").replace(" : 100", " : 7"));
        assertThat(box.lastRow().usage().outputTokens()).isEqualTo(7);
    }

    @Test
    void upstreamGetsTheBoxsKeyTheTraceAndTheRequestIdAndNothingElseOfTheClient() {
        String id = nextId();
        String body = TestBox.chat("cloud", "[[sim tokens=2]]", "");
        try (RawClient client = new RawClient(box)) {
            client.send(("POST " + CHAT + " HTTP/1.1\r\nhost: box\r\nauthorization: Bearer " + key
                    + "\r\ncookie: session=secret\r\nx-secret: secret\r\nopenai-organization: org\r\nx-request-id: "
                    + id
                    + "\r\ntraceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\ncontent-type: application/json\r\ncontent-length: "
                    + body.length() + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII));
            RawClient.Reply reply = client.reply();
            assertThat(reply.header("x-request-id")).isEqualTo(id);
            assertThat(reply.header("traceparent")).contains("4bf92f3577b34da6a3ce929d0e0e4736");
            assertThat(reply.header("x-gatehouse-upstream")).isEqualTo("cloud");
            assertThat(reply.header("x-gatehouse-model")).isEqualTo("cloud");
            assertThat(reply.header("x-gatehouse-simulated")).isEqualTo("true");
        }
        LedgerEntry entry = box.cloud.ledger().entries().getLast();
        assertThat(entry.id()).isEqualTo(id);
        assertThat(entry.headers().keySet()).containsExactlyInAnyOrder("host", "content-length", "user-agent",
                "content-type", "authorization", "traceparent", "x-request-id", "x-gatehouse-hops", "accept-encoding");
        assertThat(entry.headers().get("accept-encoding")).isEqualTo("identity");
        assertThat(entry.headers().get("traceparent")).contains("4bf92f3577b34da6a3ce929d0e0e4736")
                .doesNotContain("00f067aa0ba902b7");
        assertThat(entry.headers().get("authorization")).endsWith("ream");
        assertThat(box.row(id).traceId()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "fault=crlf", "fault=comments", "fault=split-utf8", "fault=dribble", "fault=big-event",
            "fault=close-delimited"})
    void clientGetsWhatTheUpstreamSent(String fault) {
        for (String more : new String[]{"",
                ",\"stream\":true,\"stream_options\":{\"include_usage\":true,\"continuous_usage_stats\":true}"}) {
            String body = TestBox.chat("engine-model", "[[sim tokens=9 " + fault + "]] hello", more);
            String through;
            try (RawClient client = new RawClient(box)) {
                through = client.post(key, CHAT, "same", body.replace("engine-model", "local")).reply().text();
            }
            String direct = direct(body);
            assertThat(timeless(through)).as(fault + more).isEqualTo(timeless(direct));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "fault=crlf", "fault=comments", "fault=multi-data"})
    void clientGetsWhatTheUpstreamSentButForTheUsageThatItDidNotAskFor(String fault) {
        String body = TestBox.chat("engine-model", "[[sim tokens=9 " + fault + "]] hello", ",\"stream\":true");
        String through;
        try (RawClient client = new RawClient(box)) {
            through = client.post(key, CHAT, "same", body.replace("engine-model", "local")).reply().text();
        }
        // Without being asked for usage the engine sends none: that is what the client would have seen.
        String direct = direct(body);
        if (fault.contains("multi-data")) {
            through = through.replaceAll("\\s", "").replace("data:", "");
            direct = direct.replaceAll("\\s", "").replace("data:", "");
        }
        if (fault.contains("comments")) {
            // The comment in front of the usage is an event of its own and stays.
            through = through.replace(": keep-alive\n\n", "");
            direct = direct.replace(": keep-alive\n\n", "");
            through = through.replaceAll("id: [0-9]+", "id: N");
            direct = direct.replaceAll("id: [0-9]+", "id: N");
        }
        assertThat(timeless(through)).isEqualTo(timeless(direct));
    }

    private void sent(String model, String body) {
        try (RawClient client = new RawClient(box)) {
            RawClient.Reply reply = client.post(key, CHAT, nextId(), "application/json",
                    body.getBytes(StandardCharsets.UTF_8)).reply();
            assertThat(reply.status()).as(model + reply.text()).isEqualTo(200);
        }
    }

    private static String received(SimulatedServer server) {
        return Objects.requireNonNull(server.ledger().entries().getLast().body());
    }

    /** An engine's prefix cache is kept apart by a field of the box's own, and that is there. */
    private static String withoutSalt(String body) {
        assertThat(body).containsOnlyOnce("\"cache_salt\":\"");
        return body.replaceFirst("\"cache_salt\":\"[\\w-]{43}\",", "");
    }

    private String direct(String body) {
        return box.send(java.net.http.HttpRequest.newBuilder(box.engine.uri().resolve("/v1/chat/completions"))
                .version(java.net.http.HttpClient.Version.HTTP_1_1).header("content-type", "application/json")
                .header("x-request-id", box.idAtEngine("same"))
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString(body)).build())
                .body();
    }

    /** Without what differs from call to call. */
    private static String timeless(String reply) {
        return reply.replaceAll("\"created\":[0-9]+", "\"created\":0").replaceAll("_ms\":[0-9.]+", "_ms\":0")
                .replaceAll("\"tokens_per_second\":[0-9.]+", "\"tokens_per_second\":0");
    }

    private String nextId() {
        return "bytes-" + calls.incrementAndGet();
    }
}
