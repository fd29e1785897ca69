package org.gatehouse.gateway.protocol.openai;

import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.core.ObjectMappers;
import com.openai.models.chat.completions.ChatCompletion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatReply;
import org.gatehouse.gateway.canonical.ChatReply.Stop;
import org.gatehouse.gateway.canonical.Media;
import org.gatehouse.gateway.canonical.StopReason;
import org.gatehouse.gateway.canonical.TokenCount;
import org.gatehouse.gateway.protocol.BrokenAnswerException;
import org.gatehouse.gateway.protocol.Presentation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ChatReplyTest {
    private static final OpenAiChat CHAT = new OpenAiChat(ChatFlavour.OPENAI, () -> Wire.AT, () -> "made");

    private static ChatReply read(String body) {
        try {
            return CHAT.readReply(Wire.bytes(body));
        } catch (BrokenAnswerException e) {
            throw new AssertionError(e);
        }
    }

    private static ChatReply.Choice choice(String message, String fields) {
        return read("{\"choices\":[{\"index\":0,\"message\":" + message + fields + "}]}").choices().getFirst();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"reasoning\":\"hm\"", "\"reasoning_content\":\"hm\"",
            "\"reasoning\":\"hm\",\"reasoning_content\":\"hm\"",
            "\"thinking_blocks\":[{\"type\":\"thinking\",\"thinking\":\"hm\"}]",
            "\"reasoning_details\":[{\"type\":\"reasoning.summary\",\"summary\":\"hm\"}]"})
    void thoughtsAreReadUnderAllTheirNamesAndStandFirst(String thoughts) {
        ChatReply.Choice choice = choice("{\"content\":\"a\"," + thoughts + "}", ",\"finish_reason\":\"stop\"");

        assertThat(choice.blocks()).containsExactly(new Block.Thinking("hm", null), new Block.Text("a"));
    }

    @Test
    void partsWithThoughtsAmongThemAreRead() {
        ChatReply.Choice choice = choice(
                """
                        {"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"a"}]}""",
                "");

        assertThat(choice.blocks()).containsExactly(new Block.Thinking("hm", null), new Block.Text("a"));
    }

    @Test
    void contentIsNullBesideToolCallsAndAMissingIdIsMade() {
        ChatReply.Choice choice = choice("""
                {"content":null,"refusal":null,"tool_calls":[{"function":{"name":"f","arguments":{"x":1}}},
                 {"id":"b","function":{"name":"g","arguments":""}}]}""", ",\"finish_reason\":\"stop\"");

        assertThat(choice.blocks()).containsExactly(new Block.ToolCall("made", "f", "{\"x\":1}", null, null),
                new Block.ToolCall("b", "g", "{}", null, null));
        assertThat(choice.stop()).isEqualTo(new Stop(StopReason.TOOL_CALLS, null, "stop"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"\"stop\"|END", "\"length\"|LENGTH", "\"tool_calls\"|TOOL_CALLS",
            "\"function_call\"|TOOL_CALLS", "\"content_filter\"|CONTENT_FILTER", "\"model_length\"|CONTEXT_FULL",
            "\"strange\"|OTHER", "null|END"})
    void finishReasonsAreRead(String word, StopReason reason) {
        assertThat(choice("{\"content\":\"a\"}", ",\"finish_reason\":" + word).stop().reason()).isEqualTo(reason);
    }

    @Test
    void stopStringIsToldWhereTheServerSaysWhich() {
        assertThat(choice("{\"content\":\"a\"}", ",\"finish_reason\":\"stop\",\"stop_reason\":\"END\"").stop())
                .isEqualTo(new Stop(StopReason.STOP_SEQUENCE, "END", "stop"));
        assertThat(choice("{\"content\":\"a\"}", ",\"finish_reason\":\"stop\",\"stop_reason\":151645").stop())
                .isEqualTo(new Stop(StopReason.END, null, "stop"));
        assertThat(choice("{\"content\":\"a\"}",
                ",\"finish_reason\":\"content_filter\",\"native_finish_reason\":\"SAFETY\"").stop())
                .isEqualTo(new Stop(StopReason.CONTENT_FILTER, null, "SAFETY"));
    }

    @Test
    void answerByAForcedToolIsTextAgain() {
        ChatReply.Choice choice = choice("""
                {"tool_calls":[{"id":"a","function":{"name":"gatehouse_answer","arguments":"{\\"x\\":1}"}}]}""",
                ",\"finish_reason\":\"tool_calls\"");

        assertThat(choice.blocks()).containsExactly(new Block.Text("{\"x\":1}"));
        assertThat(choice.stop().reason()).isEqualTo(StopReason.END);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "{\"prompt_tokens\":100,\"completion_tokens\":9,\"prompt_tokens_details\":{\"cached_tokens\":60,\"created_cache_tokens\":5},\"completion_tokens_details\":{\"reasoning_tokens\":4}}|100,60,5,9,4",
            "{\"prompt_tokens\":100,\"completion_tokens\":9,\"prompt_cache_hit_tokens\":60,\"prompt_cache_miss_tokens\":40}|100,60,0,9,0",
            "{\"prompt_tokens\":10,\"completion_tokens\":9,\"prompt_tokens_details\":null}|10,0,0,9,0",
            "{\"prompt_tokens\":-1,\"completion_tokens\":9}|", "{}|", "null|", "{\"prompt_tokens\":1e30}|"})
    void usageIsReadInItsSpellings(String usage, String counts) {
        TokenCount read = read("{\"choices\":[{\"message\":{}}],\"usage\":" + usage + "}").usage();

        assertThat(read == null
                ? null
                : read.input() + "," + read.cachedInput() + "," + read.cacheWrites() + "," + read.output() + ","
                        + read.reasoning())
                .isEqualTo(counts);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>", "[]", "{\"choices\":[]}", "{\"error\":{\"message\":\"x\"}}",
            "{\"choices\":[{\"message\":{\"content\":\"a\"},\"finish_reason\":\"error\"}]}"})
    void whatIsNoAnswerIsBroken(String body) {
        assertThatThrownBy(() -> CHAT.readReply(Wire.bytes(body))).isInstanceOf(BrokenAnswerException.class);
    }

    @Test
    void wholeAnswerIsWrittenAndReadBackTheSame() throws Exception {
        ChatReply reply = new ChatReply("chatcmpl-9", "real-model",
                List.of(new ChatReply.Choice(
                        List.of(new Block.Thinking("hm", "S+/="), new Block.RedactedThinking("D"), new Block.Text("a"),
                                new Block.Image(new Media.Inline("image/png", "AAAA"), null, null),
                                new Block.ToolCall("a", "f", "{\"x\": 1}", "G==", null)),
                        new Stop(StopReason.TOOL_CALLS, null, "tool_use")),
                        new ChatReply.Choice(List.of(new Block.Declined("no")),
                                new Stop(StopReason.CONTENT_FILTER, null, "refusal")),
                        new ChatReply.Choice(List.of(new Block.Text("b")),
                                new Stop(StopReason.STOP_SEQUENCE, "END", "stop_sequence"))),
                new TokenCount(100, 60, 5, 0, 9, 4));
        byte[] written = CHAT.writeReply(reply, Wire.PRESENTATION);

        ChatReply back = CHAT.readReply(written);
        assertThat(back.choices()).isEqualTo(reply.choices());
        assertThat(back.usage()).isEqualTo(reply.usage());
        assertThat(back.model()).isEqualTo("public-model");
        assertThat(back.id()).isEqualTo("chatcmpl-9");
        JsonNode first = Wire.json(written).at("/choices/0/message");
        assertThat(first.path("reasoning").asText()).isEqualTo(first.path("reasoning_content").asText())
                .isEqualTo("hm");
        assertThat(Wire.json(written).at("/choices/0/native_finish_reason").asText()).isEqualTo("tool_use");
    }

    @Test
    void openAisOwnClientFindsEverythingThatItDemands() throws Exception {
        ChatReply reply = new ChatReply("", "",
                List.of(new ChatReply.Choice(List.of(new Block.ToolCall("a", "f", "{}", null, null)),
                        Stop.of(StopReason.TOOL_CALLS))),
                TokenCount.NONE);

        ChatCompletion read = ObjectMappers.jsonMapper().readValue(CHAT.writeReply(reply, Wire.PRESENTATION),
                ChatCompletion.class);
        read.validate();
        assertThat(read.id()).isEqualTo("chatcmpl-1");
        assertThat(read.choices().getFirst().message().toolCalls().orElseThrow()).hasSize(1);
    }

    @ParameterizedTest
    @EnumSource(StopReason.class)
    void everyReasonHasAWordThatClientsKnow(StopReason reason) {
        ChatReply reply = new ChatReply("", "", List.of(new ChatReply.Choice(List.of(), Stop.of(reason))), null);
        JsonNode written = Wire.json(CHAT.writeReply(reply, new Presentation("1", "m", Wire.AT, false, 0)));

        assertThat(written.at("/choices/0/finish_reason").asText()).isIn("stop", "length", "tool_calls",
                "content_filter");
        assertThat(written.at("/choices/0/message/content").asText("absent")).isEmpty();
        assertThat(written.has("usage")).isFalse();
    }
}
