package org.gatehouse.gateway;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.Usage;
import org.gatehouse.governance.snapshot.Limit;

import static org.assertj.core.api.Assertions.assertThat;

/** What no client library sends: each is refused in the dialect's shape, leaves one row and holds nothing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadBodiesTest {
    private static final String CHAT = "/v1/chat/completions";
    private static final String GOOD = TestBox.chat("local", "[[sim tokens=2]]", "");

    private final TestBox box = new TestBox();
    private final AtomicInteger calls = new AtomicInteger();
    private final String key = box.limitedKey("bodies", TestBox.projectLimit(Limit.Kind.CONCURRENT_REQUESTS, 1),
            TestBox.projectLimit(Limit.Kind.TOTAL_TOKENS, 1_000_000));

    @AfterEach
    void nothingIsHeldAndTheBoxStillWorks() {
        box.assertNothingHeld();
        box.assertLedgerEqualsRows();
        assertThat(box.post(key, CHAT, GOOD).statusCode()).isEqualTo(200);
        box.assertNothingHeld();
    }

    @AfterAll
    void close() {
        box.close();
    }

    private RawClient.Reply refused(String contentType, byte[] body, int status, String code) {
        String id = nextId();
        try (RawClient client = new RawClient(box)) {
            RawClient.Reply reply = client.post(key, CHAT, id, contentType, body).reply();
            refused(id, reply, status, code);
            return reply;
        }
    }

    private void refused(String id, RawClient.Reply reply, int status, String code) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        assertThat(reply.whole()).isTrue();
        assertThat(reply.header("content-type")).startsWith("application/json");
        assertThat(reply.text()).startsWith("{\"error\":{\"message\":\"").contains("\"code\":\"" + code + "\"");
        CallRecord row = box.row(id);
        assertThat(row.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(row.status()).isEqualTo(status);
        assertThat(row.errorCode()).isEqualTo(code);
        assertThat(row.usage()).isEqualTo(Usage.NOTHING);
    }

    private String nextId() {
        return "body-" + calls.incrementAndGet();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{", "{\"model\":\"local\"", "{\"model\":\"local\",\"messages\":[{\"role\":\"us",
            "null", "[]", "17", "\"text\"", "{}x", "<xml/>",
            "{\"model\":\"local\",\"model\":\"cloud\",\"messages\":[{}]}",
            "{\"model\":\"local\",\"messages\":[{}],\"temperature\":NaN}",
            "{\"model\":\"local\",\"messages\":[{}],\"max_tokens\":1e999}",
            "{\"model\":\"local\",\"messages\":{\"role\":\"user\"}}", "{\"model\":[\"local\"],\"messages\":[{}]}"})
    void bodyThatIsNoRequestIsRefused(String body) {
        refused("application/json", body.getBytes(StandardCharsets.UTF_8), 400, "invalid_request_error");
    }

    @Test
    void bodyNestedTenThousandLevelsDeepIsRefused() {
        String deep = "{\"model\":\"local\",\"messages\":[{\"content\":" + "[".repeat(10_000) + "]".repeat(10_000)
                + "}]}";
        refused("application/json", deep.getBytes(StandardCharsets.UTF_8), 400, "invalid_request_error");
        String objects = "{\"model\":\"local\",\"messages\":[{}],\"x\":" + "{\"a\":".repeat(10_000) + "1"
                + "}".repeat(10_001);
        refused("application/json", objects.getBytes(StandardCharsets.UTF_8), 400, "invalid_request_error");
    }

    @Test
    void hugeNumbersThatAreNotOursToJudgeReachTheUpstream() {
        String id = nextId();
        String body = TestBox.chat("local", "[[sim tokens=2]]", ",\"x\":" + "9".repeat(900) + ",\"y\":1e-400");
        try (RawClient client = new RawClient(box)) {
            assertThat(client.post(key, CHAT, id, body).reply().status()).isEqualTo(200);
        }
        assertThat(box.engine.ledger().entries().getLast().body()).contains("9".repeat(900), "1e-400");
    }

    @Test
    void bodyThatIsNotUtf8IsRefused() {
        refused("application/json", GOOD.replace("]]", "]] \u00ff").getBytes(StandardCharsets.ISO_8859_1), 400,
                "invalid_request_error");
        refused("application/json", GOOD.getBytes(StandardCharsets.UTF_16LE), 400, "invalid_request_error");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
            "application/xml"})
    void otherContentTypeIsRefused(String contentType) {
        refused(contentType, GOOD.getBytes(StandardCharsets.UTF_8), 400, "invalid_request_error");
    }

    @Test
    void charsetBehindTheContentTypeIsNoMatter() {
        String id = nextId();
        try (RawClient client = new RawClient(box)) {
            assertThat(
                    client.post(key, CHAT, id, "application/json; charset=utf-8", GOOD.getBytes(StandardCharsets.UTF_8))
                            .reply().status())
                    .isEqualTo(200);
        }
    }

    @Test
    void bodyThatIsAnnouncedTooLargeIsRefusedBeforeItIsSent() {
        String id = nextId();
        try (RawClient client = new RawClient(box)) {
            RawClient.Reply reply = client.send(head(id, "content-length: 20000000")).reply();
            refused(id, reply, 413, "request_too_large");
            assertThat(reply.header("connection")).isEqualToIgnoringCase("close");
        }
        try (RawClient client = new RawClient(box)) {
            // Beyond what the listener takes at all it never becomes a call, so there is no row.
            RawClient.Reply reply = client.send(head(nextId(), "content-length: 200000000")).reply();
            assertThat(reply.status()).isEqualTo(413);
            assertThat(reply.text()).contains("\"code\":\"request_too_large\"");
        }
    }

    @Test
    void chunkedBodyIsTakenAndOneWithoutEndIsRefusedWhenItGrowsTooLarge() {
        String good = nextId();
        try (RawClient client = new RawClient(box)) {
            client.send(head(good, "transfer-encoding: chunked"));
            for (int i = 0; i < GOOD.length(); i += 7) {
                client.send(chunk(GOOD.substring(i, Math.min(GOOD.length(), i + 7))));
            }
            assertThat(client.send("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)).reply().status()).isEqualTo(200);
        }
        String endless = nextId();
        try (RawClient client = new RawClient(box)) {
            client.send(head(endless, "transfer-encoding: chunked"));
            byte[] chunk = chunk("x".repeat(1 << 20));
            for (int i = 0; i <= TestBox.MAX_BODY_BYTES >> 20; i++) {
                client.send(chunk);
            }
            refused(endless, client.reply(), 413, "request_too_large");
        }
    }

    @Test
    void brokenChunksAreRefused() {
        String id = nextId();
        try (RawClient client = new RawClient(box)) {
            client.send(head(id, "transfer-encoding: chunked")).send("zz\r\n{}".getBytes(StandardCharsets.US_ASCII));
            refused(id, client.reply(), 400, "invalid_request_error");
        }
    }

    @Test
    void clientThatLeavesInTheMiddleOfItsBodyLeavesARow() {
        String id = nextId();
        try (RawClient client = new RawClient(box)) {
            client.send(head(id, "content-length: 1000")).send("{\"model\":".getBytes(StandardCharsets.US_ASCII));
        }
        assertThat(box.row(id).outcome()).isEqualTo(Outcome.REFUSED);
    }

    @Test
    void headersOfAMegabyteAndPathsThatAreNotThereAreRefusedInTheDialect() {
        try (RawClient client = new RawClient(box)) {
            RawClient.Reply reply = client.send(("GET /v1/models HTTP/1.1\r\nhost: box\r\nauthorization: Bearer "
                    + "x".repeat(1 << 20) + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII)).reply();
            assertThat(reply.status()).isEqualTo(431);
        }
        assertThat(box.get(key, "/v1/nothing").statusCode()).isEqualTo(404);
        assertThat(box.get(key, CHAT).statusCode()).isIn(404, 405);
    }

    @Test
    void keyIsLookedAtBeforeTheBody() {
        String id = nextId();
        try (RawClient client = new RawClient(box)) {
            RawClient.Reply reply = client
                    .send(new String(head(id, "content-length: 4000000"), StandardCharsets.US_ASCII)
                            .replace(key, "ghk_wrong").getBytes(StandardCharsets.US_ASCII))
                    .reply();
            assertThat(reply.status()).isEqualTo(401);
        }
        assertThat(box.row(id).errorCode()).isEqualTo("invalid_api_key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"authorization: Basic eDp5", "authorization: Bearer", "authorization: Bearer ", "x: y",
            "authorization: Bearer ' OR '1'='1' --", "x-api-key: ';DROP TABLE keys;--",
            "authorization: Bearer ghk_aaaaaaaa_\u00e9"})
    void whatIsNoKeyIs401(String header) {
        String id = nextId();
        try (RawClient client = new RawClient(box)) {
            RawClient.Reply reply = client
                    .send(("POST " + CHAT + " HTTP/1.1\r\nhost: box\r\nx-request-id: " + id + "\r\n"
                            + header + "\r\ncontent-length: 2\r\n\r\n{}").getBytes(StandardCharsets.ISO_8859_1))
                    .reply();
            refused(id, reply, 401, "invalid_api_key");
            assertThat(box.row(id).caller()).isNull();
        }
    }

    @Test
    void keyInTheHeaderOfAnotherDialectIsTaken() {
        String id = nextId();
        try (RawClient client = new RawClient(box)) {
            assertThat(client.send(("POST " + CHAT + " HTTP/1.1\r\nhost: box\r\nx-request-id: " + id + "\r\nx-api-key: "
                    + key + "\r\ncontent-type: application/json\r\ncontent-length: " + GOOD.length() + "\r\n\r\n"
                    + GOOD)
                    .getBytes(StandardCharsets.ISO_8859_1)).reply().status()).isEqualTo(200);
        }
    }

    private byte[] head(String id, String framing) {
        return ("POST " + CHAT + " HTTP/1.1\r\nhost: box\r\nauthorization: Bearer " + key + "\r\nx-request-id: " + id
                + "\r\ncontent-type: application/json\r\n" + framing + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] chunk(String text) {
        return (Integer.toHexString(text.length()) + "\r\n" + text + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }
}
