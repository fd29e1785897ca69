package org.gatehouse.gateway.relay;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.protocol.ChatProtocol;
import org.gatehouse.gateway.protocol.EventReader;
import org.gatehouse.gateway.protocol.openai.OpenAiChat;
import org.gatehouse.gateway.protocol.openai.OpenAiResponses;

import static org.assertj.core.api.Assertions.assertThat;

/** A stream means the same wherever its packets are cut. */
class OpenAiStreamCutsTest {
    private static final String CHAT = """
            : keep-alive

            data: {"id":"c","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Hé😀"}}]}

            data: {"id":"c","choices":[{"index":0,
            data: "delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]}}]}

            data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}

            data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}

            data: [DONE]

            """;
    private static final String RESPONSES = """
            event: response.created
            data: {"response":{"id":"r","model":"m","usage":null},"sequence_number":0,"type":"response.created"}

            event: response.output_text.delta
            data: {"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"Hé😀"}

            event: response.completed
            data: {"type":"response.completed","response":{"id":"r","status":"completed","output":[{}],
            data: "usage":{"input_tokens":3,"output_tokens":2}}}

            """;

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void chatMeansTheSameWhereverItIsCut(String lineEnd) throws Exception {
        everyCut(new OpenAiChat(), CHAT.replace("\n", lineEnd), 7);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void responsesMeanTheSameWhereverTheyAreCut(String lineEnd) throws Exception {
        everyCut(new OpenAiResponses(), RESPONSES.replace("\n", lineEnd), 5);
    }

    private static void everyCut(ChatProtocol protocol, String stream, int steps) throws Exception {
        byte[] bytes = stream.getBytes(StandardCharsets.UTF_8);
        List<ChatEvent> whole = read(protocol, bytes, 0);
        assertThat(whole).hasSize(steps).endsWith(new ChatEvent.Ended());
        for (int cut = 1; cut < bytes.length; cut++) {
            assertThat(read(protocol, bytes, cut)).as("cut at %d", cut).isEqualTo(whole);
        }
    }

    private static List<ChatEvent> read(ChatProtocol protocol, byte[] bytes, int cut) throws Exception {
        List<ChatEvent> steps = new ArrayList<>();
        EventReader reader = protocol.events();
        SseSplitter splitter = new SseSplitter(1 << 20);
        int[] ends = {cut, bytes.length};
        int at = 0;
        for (int end : ends) {
            int from = at;
            if (end > from) {
                splitter.fill((target, offset, _) -> {
                    System.arraycopy(bytes, from, target, offset, end - from);
                    return end - from;
                });
                at = end;
            }
            for (SseSplitter.Event event = splitter.next(); event != null; event = splitter.next()) {
                EventData data = EventData.of(event);
                if (!data.isEmpty()) {
                    reader.read(null, data.bytes(), data.from(), data.to(), steps::add);
                }
            }
        }
        reader.end(steps::add);
        return steps;
    }
}
