package org.gatehouse.gateway.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Random;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.gateway.exchange.ClientReply;

import static org.assertj.core.api.Assertions.assertThat;

class ArrayReplyTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What reaches the wire. */
    private static final class Wire implements ClientReply, ClientReply.Body {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private String contentType = "";
        private boolean ended;

        @Override
        public void header(String name, String value) {}

        @Override
        public void send(int status, String type, byte[] body) {
            bytes.writeBytes(body);
        }

        @Override
        public Body open(int status, String type) {
            contentType = type;
            return this;
        }

        @Override
        public Body body() {
            return this;
        }

        @Override
        public boolean started() {
            return true;
        }

        @Override
        public void breakOff() {}

        @Override
        public void write(byte[] more, int offset, int length) {
            bytes.write(more, offset, length);
        }

        @Override
        public void flush() {}

        @Override
        public void end() {
            ended = true;
        }

        private String text() {
            return bytes.toString(StandardCharsets.UTF_8);
        }
    }

    private static Wire written(String events, Random cuts, boolean ends) {
        Wire wire = new Wire();
        ClientReply.Body body = new ArrayReply(wire).open(200, "text/event-stream");
        byte[] bytes = events.getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at < bytes.length;) {
            int length = Math.min(bytes.length - at, 1 + cuts.nextInt(7));
            body.write(bytes, at, length);
            at += length;
        }
        if (ends) {
            body.end();
        }
        return wire;
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void eventsBecomeItemsHoweverTheyAreCut(String end) throws Exception {
        String events = "data: {\"a\":\"ä]\"}" + end + end + ": a comment" + end + end + "data:{\"b\":" + end
                + "data: 2}" + end + end + "event: x" + end + "data: {\"c\":[3]}" + end + end;
        for (int seed = 0; seed < 200; seed++) {
            Wire wire = written(events, new Random(seed), true);
            assertThat(JSON.readTree(wire.text())).as("seed " + seed + ": " + wire.text())
                    .isEqualTo(JSON.readTree("[{\"a\":\"ä]\"},{\"b\":2},{\"c\":[3]}]"));
            assertThat(wire.contentType).isEqualTo("application/json");
            assertThat(wire.ended).isTrue();
        }
    }

    @Test
    void streamThatIsCutIsNoWholeArray() {
        String text = written("data: {\"a\":1}\n\ndata: {\"b\":2}\n\n", new Random(1), false).text();
        assertThat(text).startsWith("[{\"a\":1}").endsWith("{\"b\":2}");
    }

    @Test
    void errorIsTheLastItem() throws Exception {
        JsonNode array = JSON.readTree(
                written("data: {\"a\":1}\r\n\r\ndata: { \"error\":{\"code\":503}}\r\n\r\n", new Random(1), false)
                        .text());
        assertThat(array).hasSize(2);
        assertThat(array.path(1).path("error").path("code").asInt()).isEqualTo(503);
    }

    @Test
    void wholeReplyIsTheOnlyItem() throws Exception {
        Wire wire = new Wire();
        new ArrayReply(wire).send(429, "application/json", "{\"error\":{}}".getBytes(StandardCharsets.UTF_8));
        assertThat(wire.text()).isEqualTo("[{\"error\":{}}]");
    }

    @Test
    void streamWithoutAnyEventIsAnEmptyArray() {
        assertThat(written("", new Random(1), true).text()).isEqualTo("[]");
    }
}
