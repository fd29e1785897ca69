package org.gatehouse.gateway.relay;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.protocol.EventReader;
import org.gatehouse.gateway.protocol.anthropic.AnthropicMessages;

import static org.assertj.core.api.Assertions.assertThat;

/** A stream means the same in whatever packets it comes. */
class AnthropicSplitsTest {
    private static final String STREAM = """
            : hello
            event: message_start
            data: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[],"usage":{"input_tokens":10,"output_tokens":1}}}

            event: ping
            data: {"type":"ping"}

            event: content_block_start
            data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"E+/="}}

            event: content_block_stop
            data: {"type":"content_block_stop","index":0}

            event: content_block_start
            data: {"type":"content_block_start","index":1,
            data: "content_block":{"type":"tool_use","id":"toolu_1","name":"f","input":{}}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\\"é\\":\\"😀\\"}"}}

            event: content_block_stop
            data: {"type":"content_block_stop","index":1}

            event: message_delta
            data: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"output_tokens":15}}

            event: message_stop
            data: {"type":"message_stop"}

            """;

    @Test
    void everySplitOfTheBytesGivesTheSameEvents() throws Exception {
        for (String lineEnd : new String[]{"\n", "\r\n"}) {
            byte[] stream = STREAM.replace("\n", lineEnd).getBytes(StandardCharsets.UTF_8);
            List<ChatEvent> whole = read(stream, List.of(stream.length));
            assertThat(whole).hasSize(9);
            for (int at = 1; at < stream.length; at++) {
                assertThat(read(stream, List.of(at, stream.length - at))).as("cut at %d", at).isEqualTo(whole);
            }
        }
    }

    @Test
    void manySmallPacketsGiveTheSameEvents() throws Exception {
        byte[] stream = STREAM.getBytes(StandardCharsets.UTF_8);
        List<ChatEvent> whole = read(stream, List.of(stream.length));
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            List<Integer> packets = new ArrayList<>();
            for (int left = stream.length; left > 0;) {
                int packet = Math.min(left, 1 + random.nextInt(12));
                packets.add(packet);
                left -= packet;
            }
            assertThat(read(stream, packets)).as("seed %d", seed).isEqualTo(whole);
        }
    }

    private static List<ChatEvent> read(byte[] stream, List<Integer> packets) throws Exception {
        EventReader reader = new AnthropicMessages(Clock.systemUTC()).events();
        List<ChatEvent> events = new ArrayList<>();
        SseSplitter splitter = new SseSplitter(1 << 20);
        int[] sent = {0};
        for (int packet : packets) {
            splitter.fill((target, offset, _) -> {
                System.arraycopy(stream, sent[0], target, offset, packet);
                return packet;
            });
            sent[0] += packet;
            SseSplitter.Event event;
            while ((event = splitter.next()) != null) {
                EventData data = EventData.of(event);
                if (!data.isEmpty()) {
                    reader.read(null, data.bytes(), data.from(), data.to(), events::add);
                }
            }
        }
        reader.end(events::add);
        return events;
    }
}
