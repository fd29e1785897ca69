package org.gatehouse.gateway.protocol.anthropic;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.canonical.ChatReply;
import org.gatehouse.gateway.canonical.StopReason;
import org.gatehouse.gateway.canonical.TokenCount;
import org.gatehouse.gateway.protocol.BrokenAnswerException;
import org.gatehouse.gateway.protocol.EventReader;

import static org.assertj.core.api.Assertions.assertThat;

/** Anthropic's own events, as their documentation shows them. */
class EventReadingTest {
    private final EventReader reader = new AnthropicMessages(Clock.systemUTC()).events();
    private final List<ChatEvent> read = new ArrayList<>();

    private void read(String data) throws BrokenAnswerException {
        byte[] bytes = data.getBytes(StandardCharsets.UTF_8);
        reader.read(null, bytes, 0, bytes.length, read::add);
    }

    @Test
    void streamWithAToolCallIsRead() throws BrokenAnswerException {
        read("{\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\","
                + "\"content\":[],\"model\":\"claude\",\"stop_reason\":null,\"stop_sequence\":null,"
                + "\"usage\":{\"input_tokens\":25,\"output_tokens\":1}}}");
        read("{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}");
        read("{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hi\"}}");
        read("{\"type\":\"content_block_stop\",\"index\":0}");
        read("{\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"tool_use\",\"id\":\"toolu_1\","
                + "\"name\":\"weather\",\"input\":{}}}");
        read("{\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"input_json_delta\","
                + "\"partial_json\":\"{\\\"city\\\":1}\"}}");
        read("{\"type\":\"content_block_stop\",\"index\":1}");
        read("{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"tool_use\",\"stop_sequence\":null},"
                + "\"usage\":{\"output_tokens\":15}}");
        read("{\"type\":\"message_stop\"}");

        assertThat(read).contains(new ChatEvent.Begun("msg_1", "claude"), new ChatEvent.Text(0, "Hi"),
                new ChatEvent.ToolCallBegun(0, 0, "toolu_1", "weather", null),
                new ChatEvent.ToolArguments(0, 0, "{\"city\":1}"),
                new ChatEvent.Used(new TokenCount(25, 0, 0, 0, 15, 0), true)).endsWith(new ChatEvent.Ended());
        assertThat(read).filteredOn(ChatEvent.Stopped.class::isInstance).singleElement()
                .extracting(event -> ((ChatEvent.Stopped) event).stop()).extracting(ChatReply.Stop::reason)
                .isEqualTo(StopReason.TOOL_CALLS);
    }
}
