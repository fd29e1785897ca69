package org.gatehouse.gateway;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Outcome;
import org.gatehouse.governance.snapshot.Grant;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Surface;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.simulated.providers.Failure;
import org.gatehouse.simulated.providers.ProviderKind;
import org.gatehouse.simulated.providers.ProviderOptions;
import org.gatehouse.simulated.providers.SimulatedProvider;

import static org.assertj.core.api.Assertions.assertThat;

/** How Realtime sessions begin, or do not. */
class RealtimeHandshakeTest {
    private final RealtimeBox talks = new RealtimeBox();
    private final TestBox box = talks.box;

    @AfterEach
    void nothingIsLeft() {
        talks.close();
    }

    /** Asks for a WebSocket as a client does, and reads what is answered in HTTP. */
    static RawClient.Reply handshake(TestBox box, String query, String... headers) {
        return ask(box, query, "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + String.join("\r\n", headers) + "\r\n");
    }

    private static RawClient.Reply ask(TestBox box, String query, String headers) {
        try (RawClient client = new RawClient(box)) {
            return client.send(("GET /v1/realtime?" + query + " HTTP/1.1\r\nHost: box\r\n" + headers + "\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1)).reply();
        }
    }

    @Test
    void handshakeIsAnsweredAsTheStandardHasIt() {
        try (RawClient client = new RawClient(box)) {
            RawClient.Reply reply = client.send(("GET /v1/realtime?model=talk HTTP/1.1\r\nHost: box\r\n"
                    + "x-request-id: mine\r\nupgrade: WebSocket\r\nconnection: keep-alive, Upgrade\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                    + "authorization: Bearer " + box.key("a") + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1))
                    .reply();
            assertThat(reply.status()).isEqualTo(101);
            // RFC 6455 1.3
            assertThat(reply.header("sec-websocket-accept")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
            assertThat(reply.header("upgrade")).isEqualTo("websocket");
            assertThat(reply.header("x-request-id")).isEqualTo("mine");
            assertThat(reply.header("x-gatehouse-model")).isEqualTo("talk");
            assertThat(reply.header("sec-websocket-extensions")).isNull();
            assertThat(reply.header("sec-websocket-protocol")).isNull();
        }
        assertThat(talks.session().requestId()).isEqualTo("mine");
        assertThat(talks.session().outcome()).isEqualTo(Outcome.CLIENT_GONE);
    }

    @Test
    void browserSendsItsKeyAsAProtocolAndDoesNotGetItBack() {
        String key = box.key("a");
        try (RealtimeClient client = RealtimeClient.open(box, "talk",
                builder -> builder.subprotocols("realtime", "openai-insecure-api-key." + key))) {
            assertThat(client.socket.getSubprotocol()).isEqualTo("realtime");
            client.next("session.created");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"api-key", "x-api-key"})
    void keyMayComeInAHeaderOfItsOwn(String header) {
        String key = box.key("a");
        try (RealtimeClient client = RealtimeClient.open(box, "talk", builder -> builder.header(header, key))) {
            client.next("session.created");
        }
        // The box's own key goes on, and no other.
        assertThat(talks.openai.ledger().last().headers().toString()).doesNotContain(key)
                .contains("Bearer simulated-key");
    }

    @Test
    void requestThatAsksForNoWebSocketIsToldToAskForOne() {
        RawClient.Reply reply = ask(box, "model=talk", "authorization: Bearer " + box.key("a") + "\r\n");
        assertThat(reply.status()).isEqualTo(426);
        assertThat(reply.header("upgrade")).isEqualTo("websocket");
        assertThat(reply.text()).contains("\"upgrade_required\"").contains("WebSocket");
        assertThat(box.rows).isEmpty();
    }

    @Test
    void otherVersionIsToldWhichOneIsSpoken() {
        RawClient.Reply reply = ask(box, "model=talk", "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
        assertThat(reply.status()).isEqualTo(426);
        assertThat(reply.header("sec-websocket-version")).isEqualTo("13");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Sec-WebSocket-Key: short\r\n", "Sec-WebSocket-Key: ************************\r\n"})
    void handshakeWithoutAProperKeyIsRefused(String header) {
        RawClient.Reply reply = ask(box, "model=talk", "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\n" + header);
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.text()).contains("Sec-WebSocket-Key");
    }

    @ParameterizedTest
    @CsvSource({"model=talk,,401,invalid_api_key", "model=talk,authorization: Bearer ghk_nobody,401,invalid_api_key",
            "model=nothing,KEY,404,model_not_found", "x=y,KEY,400,invalid_request_error",
            "model=claude,KEY,400,invalid_request_error", "model=talk&call_id=x,KEY,400,invalid_request_error",
            "intent=transcription,KEY,400,invalid_request_error", "model=talk,BOUND,403,endpoint_not_allowed",
            "model=talk,OTHER,403,model_not_allowed"})
    void refusalIsAnErrorOfHttpInOpenAisShape(String query, String credential, int status, String code) {
        box.model("claude", box.outside("anthropic", Upstream.Kind.ANTHROPIC, "http://127.0.0.1:9", "x", Map.of()),
                "claude-sonnet-4-5", ModelRoute.Tokenizer.UNKNOWN);
        String header = credential == null ? "" : switch (credential) {
            case "KEY" -> "authorization: Bearer " + box.key("a");
            case "BOUND" -> "authorization: Bearer " + box.boundKey("b", KeyRecord.State.ACTIVE, null, Grant.all(),
                    Grant.only(Set.of(Surface.RESPONSES)), List.of());
            case "OTHER" -> "authorization: Bearer " + box.boundKey("c", KeyRecord.State.ACTIVE, null,
                    TestBox.only("local"), Grant.all(), List.of());
            default -> credential;
        };
        RawClient.Reply reply = handshake(box, query, header.isEmpty() ? "x: y" : header);
        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.text()).startsWith("{\"error\":{").contains("\"code\":\"" + code + "\"");
        assertThat(reply.header("x-request-id")).isNotNull();
        assertThat(talks.openai.ledger().entries()).isEmpty();
        assertThat(box.rows).allMatch(row -> row.outcome() == Outcome.REFUSED && row.surface().equals("realtime"));
    }

    @ParameterizedTest
    @CsvSource({"UNAUTHORIZED,502,upstream_error", "FORBIDDEN,502,upstream_error", "INTERNAL,502,upstream_error",
            "RATE_LIMITED,429,rate_limit_exceeded", "OUT_OF_MONEY,502,upstream_error",
            "UNAVAILABLE,503,no_healthy_upstream", "HTML_PAGE,502,upstream_error", "REDIRECT,502,upstream_error",
            "CUT_BEFORE_HEADERS,502,upstream_error", "BAD_FRAMING,502,upstream_error",
            "ERROR_EVENT,502,upstream_error"})
    void upstreamThatRefusesTheHandshakeIsATypedFailure(Failure failure, int status, String code) {
        talks.openai.failNext(failure, 10, 0, -1);
        RawClient.Reply reply = handshake(box, "model=talk", "authorization: Bearer " + box.key("a"));
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        assertThat(reply.text()).contains("\"code\":\"" + code + "\"").doesNotContain("simulated-key");
        CallRecord row = box.rows.getLast();
        assertThat(row.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(row.errorCode()).isEqualTo(code);
        assertThat(row.upstream()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"UNAUTHORIZED", "INTERNAL", "RATE_LIMITED", "UNAVAILABLE", "HTML_PAGE", "REDIRECT",
            "CUT_BEFORE_HEADERS", "BAD_FRAMING", "ERROR_EVENT"})
    void anotherTargetTakesOverWhereTheFirstOneRefuses(Failure failure) {
        try (SimulatedProvider second = SimulatedProvider.start(ProviderKind.OPENAI, ProviderOptions.usual())) {
            talks.model("two", talks.at(talks.openai), talks.at(second));
            talks.openai.failNext(failure, 10, 0, -1);
            try (RealtimeClient client = RealtimeClient.open(box, box.key("a"), "two")) {
                client.next("session.created");
                client.ask("[[sim tokens=3]] Hi.");
                client.next("response.done");
                client.leave(1000);
                client.closed();
            }
            CallRecord session = talks.session();
            assertThat(session.attempts()).isNotEmpty();
            assertThat(session.upstream()).isEqualTo(talks.at(second).name());
            assertThat(second.ledger().modelCalls()).hasSize(1);
            assertThat(talks.openai.ledger().modelCalls()).isEmpty();
        }
    }

    @Test
    void upstreamAtAPrivateAddressIsNotConnectedTo() {
        Upstream known = talks.at(talks.openai);
        box.model("inside",
                new Upstream(known.id(), "inside", known.kind(), known.baseUrl(), known.keys(), false, false,
                        true, known.timeouts(), known.maxReplyBytes(), false, null, Map.of()),
                "gpt-realtime",
                ModelRoute.Tokenizer.UNKNOWN);
        RawClient.Reply reply = handshake(box, "model=inside", "authorization: Bearer " + box.key("a"));
        assertThat(reply.status()).isEqualTo(502);
        assertThat(reply.text()).contains("not allowed").doesNotContain("127.0.0.1");
        assertThat(talks.openai.ledger().entries()).isEmpty();
    }

    @Test
    void upstreamThatSaysNothingAtFirstIsOpenAllTheSame() {
        talks.openai.failNext(Failure.EMPTY, 1);
        try (RealtimeClient client = talks.open(box.key("a"))) {
            client.leave(1000);
            assertThat(client.closed()).startsWith("1000");
        }
    }
}
