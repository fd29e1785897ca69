package org.gatehouse.gateway.protocol.anthropic;

import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.Block.CacheMark;
import org.gatehouse.gateway.canonical.ChatRequest.Reasoning.Effort;
import org.gatehouse.gateway.canonical.ChatRequest.Sampling;
import org.gatehouse.gateway.canonical.Media;
import org.gatehouse.gateway.protocol.Terms.ReasoningStyle;
import org.gatehouse.gateway.protocol.ToolIds;
import org.gatehouse.gateway.protocol.UntranslatableException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gatehouse.gateway.protocol.anthropic.AChat.call;
import static org.gatehouse.gateway.protocol.anthropic.AChat.chat;
import static org.gatehouse.gateway.protocol.anthropic.AChat.json;
import static org.gatehouse.gateway.protocol.anthropic.AChat.result;

class RequestWriterTest {

    @Test
    void systemMessagesKeepTheirBoundariesAndCacheMarks() throws Exception {
        assertThat(chat().system("one", CacheMark.FIVE_MINUTES).system("two", CacheMark.ONE_HOUR).system("  ", null)
                .user("hi").written("system")).isEqualTo(json("""
                        [{"type":"text","text":"one","cache_control":{"type":"ephemeral"}},
                         {"type":"text","text":"two","cache_control":{"type":"ephemeral","ttl":"1h"}}]"""));
    }

    @Test
    void systemMessageInTheMiddleIsMovedToTheFrontAndNoted() throws Exception {
        AChat chat = chat().system("one", null).user("hi").instruct("two").user("there");
        JsonNode written = chat.written();
        assertThat(written.path("system").findValuesAsText("text")).containsExactly("one", "two");
        assertThat(written.path("messages")).isEqualTo(json("""
                [{"role":"user","content":[{"type":"text","text":"hi"},{"type":"text","text":"there"}]}]"""));
        assertThat(chat.losses()).containsExactly("a system message inside the conversation moved to its front");
    }

    @Test
    void outputCapIsTheClientsTheLimitsOrTheUsual() throws Exception {
        assertThat(chat().user("hi").written("max_tokens").asLong()).isEqualTo(4096);
        assertThat(chat().user("hi").cap(9000).written("max_tokens").asLong()).isEqualTo(9000);
        assertThat(chat().user("hi").cap(9000).outputCap(50).written("max_tokens").asLong()).isEqualTo(50);
        assertThat(chat().user("hi").outputCap(100_000).written("max_tokens").asLong()).isEqualTo(4096);
    }

    @Test
    void temperatureAboveOneIsLoweredAndNoted() throws Exception {
        AChat chat = chat().user("hi").sampling(new Sampling(1.7, null, 40, 0.5, 0.0, 7L));
        JsonNode written = chat.written();
        assertThat(written.path("temperature").asDouble()).isEqualTo(1);
        assertThat(written.path("top_k").asInt()).isEqualTo(40);
        assertThat(written.has("seed")).isFalse();
        assertThat(chat.losses()).containsExactly("temperature lowered to 1.0: the provider takes no more",
                "frequency_penalty dropped: not known to this provider", "seed dropped: not known to this provider");
    }

    @Test
    void turnsOfOneRoleInARowBecomeOne() throws Exception {
        assertThat(chat().user("a").user("b").assistant("c").assistant("d").user("e").written("messages"))
                .isEqualTo(json("""
                        [{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},
                         {"role":"assistant","content":[{"type":"text","text":"c"},{"type":"text","text":"d"}]},
                         {"role":"user","content":[{"type":"text","text":"e"}]}]"""));
    }

    @Test
    void conversationAlwaysBeginsWithTheUser() throws Exception {
        AChat begun = chat().assistant("Hello!").user("hi");
        assertThat(begun.written("messages").get(0)).isEqualTo(json("""
                {"role":"user","content":[{"type":"text","text":"."}]}"""));
        assertThat(begun.losses()).hasSize(1);
        assertThat(chat().system("Say something.", null).written("messages")).hasSize(1);
    }

    @Test
    void blankTextsAndTurnsWithoutContentVanish() throws Exception {
        assertThat(chat().user(new Block.Text(""), new Block.Text("a"), new Block.Text(" \n")).assistant("").user("b")
                .assistant(new Block.Text(""), call("c1", "f", "{}")).user(result("c1", "")).written("messages"))
                .isEqualTo(json("""
                        [{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},
                         {"role":"assistant","content":[{"type":"tool_use","id":"c1","name":"f","input":{}}]},
                         {"role":"user","content":[{"type":"tool_result","tool_use_id":"c1"}]}]"""));
    }

    @Test
    void emptyLastMessageDoesNotTurnTheAnswerBeforeItIntoAPrefill() throws Exception {
        AChat chat = chat().user("hi").assistant("Hello!").user("");
        assertThat(chat.written("messages").get(2)).isEqualTo(json("""
                {"role":"user","content":[{"type":"text","text":"."}]}"""));
        assertThat(chat.losses()).hasSize(1);
    }

    @Test
    void cacheMarkOfALeftOutBlockMovesToTheOneBeforeIt() throws Exception {
        assertThat(chat().user(new Block.Text("a"), new Block.Text("", CacheMark.FIVE_MINUTES)).written("messages")
                .at("/0/content/0/cache_control/type").asText()).isEqualTo("ephemeral");
    }

    @Test
    void ofMoreThanFourCacheMarksTheLastStay() throws Exception {
        AChat chat = chat();
        for (int i = 0; i < 6; i++) {
            chat.system("s" + i, CacheMark.FIVE_MINUTES);
        }
        JsonNode system = chat.user("hi").written("system");
        assertThat(system.findParents("cache_control").stream().map(one -> one.path("text").asText()))
                .containsExactly("s2", "s3", "s4", "s5");
        assertThat(chat.losses()).containsExactly("cache marks dropped: the provider takes 4");
    }

    @Test
    void prefilledAnswerLosesTheWhiteSpaceAtItsEnd() throws Exception {
        AChat chat = chat().user("JSON please").assistant("{\"a\": \n");
        assertThat(chat.written("messages").at("/1/content/0/text").asText()).isEqualTo("{\"a\":");
        assertThat(chat.losses()).containsExactly("white space at the end of the begun answer dropped");
    }

    @Test
    void resultsOfParallelCallsBecomeOneTurnAheadOfOtherContent() throws Exception {
        assertThat(chat().user("go").assistant(call("a", "f", "{\"x\":1}"), call("b", "g", "{}")).user(result("a", "1"))
                .user(new Block.Text("and?"), new Block.ToolResult("b", List.of(new Block.Text("boom"),
                        new Block.Image(new Media.Inline("image/png", "AA=="), null, null)), true, null))
                .written("messages")).isEqualTo(json("""
                        [{"role":"user","content":[{"type":"text","text":"go"}]},
                         {"role":"assistant","content":[{"type":"tool_use","id":"a","name":"f","input":{"x":1}},
                          {"type":"tool_use","id":"b","name":"g","input":{}}]},
                         {"role":"user","content":[
                          {"type":"tool_result","tool_use_id":"a","content":[{"type":"text","text":"1"}]},
                          {"type":"tool_result","tool_use_id":"b","content":[{"type":"text","text":"boom"},
                           {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AA=="}}],
                           "is_error":true},
                          {"type":"text","text":"and?"}]}]"""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"x\":", "[1]", "nonsense", "{} {}"})
    void brokenArgumentsBecomeAnEmptyObjectAndAreNoted(String arguments) throws Exception {
        AChat chat = chat().user("go").assistant(call("a", "f", arguments)).user(result("a", "1"));
        assertThat(chat.written("messages").at("/1/content/0/input")).isEqualTo(json("{}"));
        assertThat(chat.losses()).containsExactly("arguments of a tool call dropped: they are no JSON object");
    }

    @Test
    void argumentsKeepTheirOrderAndEveryDigit() throws Exception {
        String arguments = "{\"z\":1.10,\"a\":12345678901234567890.123456789012345678,\"m\":\"\\u00e9\"}";
        assertThat(chat().user("go").assistant(call("a", "f", arguments)).user(result("a", "1")).written("messages")
                .at("/1/content/0/input"))
                .hasToString("{\"z\":1.10,\"a\":12345678901234567890.123456789012345678,\"m\":\"é\"}");
    }

    @Test
    void callIdsThatDoNotFitAreChangedAlikeInCallAndResult() throws Exception {
        JsonNode messages = chat().user("go").assistant(call("call:1/α", "f", "{}"), call("call:1/β", "f", "{}"))
                .user(result("call:1/β", "two"), result("call:1/α", "one")).written("messages");
        String first = messages.at("/1/content/0/id").asText();
        String second = messages.at("/1/content/1/id").asText();
        assertThat(List.of(first, second)).allMatch(id -> id.matches("[a-zA-Z0-9_-]{1,64}")).doesNotHaveDuplicates();
        assertThat(messages.at("/2/content/0/tool_use_id").asText()).isEqualTo(second);
        assertThat(messages.at("/2/content/1/tool_use_id").asText()).isEqualTo(first);
        assertThat(ToolIds.write("x".repeat(200))).hasSizeLessThanOrEqualTo(64)
                .isEqualTo(ToolIds.write("x".repeat(200)));
    }

    @Test
    void idsThatDifferOnlyInWhatDoesNotFitStayApart() {
        assertThat(ToolIds.write("call:1")).isNotEqualTo(ToolIds.write("call/1"));
    }

    @Test
    void idsThatEveryTurnUsesAnewBecomeUnique() throws Exception {
        JsonNode messages = chat().user("go").assistant(call("call_0", "f", "{}")).user(result("call_0", "1"))
                .assistant(call("call_0", "f", "{}")).user(result("call_0", "2")).written("messages");
        assertThat(messages.findValuesAsText("id")).containsExactly("call_0", "call_0_2");
        assertThat(messages.findValuesAsText("tool_use_id")).containsExactly("call_0", "call_0_2");
    }

    @Test
    void resultsAndCallsThatDoNotMatchAreRefused() {
        assertThatThrownBy(() -> chat().user("go").user(result("x", "1")).written())
                .isInstanceOf(UntranslatableException.class).hasMessageContaining("'x'");
        assertThatThrownBy(() -> chat().user("go").assistant(call("a", "f", "{}")).user("well?").written())
                .isInstanceOf(UntranslatableException.class).hasMessageContaining("'a'");
        assertThatThrownBy(() -> chat().user("go").assistant(call("a", "f", "{}")).written())
                .isInstanceOf(UntranslatableException.class);
    }

    @Test
    void thoughtsWithoutASealAreNotReplayedAndOthersStayByteForByteAndInOrder() throws Exception {
        String seal = "EqQB\u00e9+/=\\\"\n";
        AChat chat = chat().user("go").assistant(new Block.Thinking("lost", null), new Block.Thinking("kept", seal),
                new Block.RedactedThinking("opaque=="), new Block.Text("so"), new Block.Thinking("", "only-seal"))
                .user("on");
        assertThat(chat.written("messages").get(1).path("content")).isEqualTo(Trees.object().arrayNode()
                .add(Trees.object().put("type", "thinking").put("thinking", "kept").put("signature", seal))
                .add(Trees.object().put("type", "redacted_thinking").put("data", "opaque=="))
                .add(Trees.object().put("type", "text").put("text", "so"))
                .add(Trees.object().put("type", "thinking").put("thinking", "").put("signature", "only-seal")));
        assertThat(chat.losses()).containsExactly("thinking dropped: without its signature the provider refuses it");
    }

    @ParameterizedTest
    @CsvSource({"MINIMAL,low", "LOW,low", "MEDIUM,medium", "HIGH,high", "MAXIMAL,max"})
    void effortIsAStepWhereTheModelKnowsSteps(Effort effort, String word) throws Exception {
        JsonNode written = chat().user("hi").think(effort, null).written();
        assertThat(written.path("output_config")).isEqualTo(json("{\"effort\":\"" + word + "\"}"));
        assertThat(written.path("thinking")).isEqualTo(json("{\"type\":\"adaptive\"}"));
    }

    @ParameterizedTest
    @CsvSource({"LOW,,8000,2048", "HIGH,,100000,16384", "HIGH,,2000,1500", "MEDIUM,,1025,1024", ",10,8000,1024",
            ",5000,8000,5000", ",9000,8000,6000"})
    void budgetIsAtLeast1024AndBelowTheCap(Effort effort, Long budget, long cap, long written) throws Exception {
        assertThat(chat().user("hi").cap(cap).style(ReasoningStyle.BUDGET).think(effort, budget).written("thinking"))
                .isEqualTo(json("{\"type\":\"enabled\",\"budget_tokens\":" + written + "}"));
    }

    @Test
    void thinkingIsLeftOutWhereItCannotBe() throws Exception {
        AChat tight = chat().user("hi").cap(1024).style(ReasoningStyle.BUDGET).think(Effort.HIGH, null);
        assertThat(tight.written().has("thinking")).isFalse();
        assertThat(tight.losses()).containsExactly("reasoning dropped: it takes max_tokens above 1024");
        AChat unable = chat().user("hi").style(ReasoningStyle.NONE).think(Effort.HIGH, null);
        assertThat(unable.written().has("thinking")).isFalse();
        assertThat(unable.losses()).containsExactly("reasoning dropped: the model cannot");
        assertThat(chat().user("hi").think(Effort.NONE, null).written("thinking").path("type").asText())
                .isEqualTo("disabled");
        AChat lost = chat().user("go").assistant(call("a", "f", "{}")).user(result("a", "1"))
                .style(ReasoningStyle.BUDGET).think(Effort.LOW, null);
        assertThat(lost.written().has("thinking")).isFalse();
        assertThat(lost.losses())
                .containsExactly("reasoning dropped: the conversation lacks the thoughts of its last turn");
    }

    @Test
    void samplingThatDoesNotGoWithThinkingIsDropped() throws Exception {
        AChat chat = chat().user("hi").think(Effort.LOW, null).sampling(new Sampling(0.2, 0.5, 5, null, null, null));
        assertThat(chat.written().properties()).extracting(java.util.Map.Entry::getKey)
                .doesNotContain("temperature", "top_p", "top_k");
        assertThat(chat.losses()).hasSize(3);
    }

    @ParameterizedTest
    @CsvSource({"image/png,image/png", "image/JPG,image/jpeg", "image/webp,image/webp", "image/gif,image/gif"})
    void picturesOfTheFourTypesPass(String type, String written) throws Exception {
        assertThat(chat().user(new Block.Image(new Media.Inline(type, "AA=="), null, null)).written("messages")
                .at("/0/content/0/source")).isEqualTo(json(
                        "{\"type\":\"base64\",\"media_type\":\"" + written
                                + "\",\"data\":\"AA==\"}"));
    }

    @Test
    void picturesThatTheModelOrProviderCannotReadAreRefused() {
        for (AChat chat : List.of(chat().user(new Block.Image(new Media.Inline("image/tiff", "AA=="), null, null)),
                chat().withoutImages().user(new Block.Image(new Media.Inline("image/png", "AA=="), null, null)),
                chat().user(new Block.Image(new Media.Remote("file:///etc/passwd"), null, null)),
                chat().user(new Block.Image(new Media.Uploaded("file-openai"), null, null)),
                chat().user(new Block.Document(new Media.Inline("application/msword", "AA=="), null, null)),
                chat().user(new Block.Audio(new Media.Inline("audio/wav", "AA=="))))) {
            assertThatThrownBy(chat::written).isInstanceOf(UntranslatableException.class)
                    .extracting(e -> ((UntranslatableException) e).param()).isEqualTo("messages[0].content");
        }
    }

    @Test
    void mediaGoByAddressFileOrContent() throws Exception {
        AChat chat = chat().user(new Block.Image(new Media.Remote("https://x/y.png"), "high", null),
                new Block.Document(new Media.Inline("application/pdf", "AA=="), "a.pdf", CacheMark.ONE_HOUR),
                new Block.Document(new Media.Inline("text/markdown", "aGk="), null, null),
                new Block.Document(new Media.Plain("plain"), null, null),
                new Block.Document(new Media.Uploaded("file_1"), null, null));
        assertThat(chat.written("messages").at("/0/content")).isEqualTo(json("""
                [{"type":"image","source":{"type":"url","url":"https://x/y.png"}},
                 {"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"AA=="},
                  "title":"a.pdf","cache_control":{"type":"ephemeral","ttl":"1h"}},
                 {"type":"document","source":{"type":"text","media_type":"text/plain","data":"hi"}},
                 {"type":"document","source":{"type":"text","media_type":"text/plain","data":"plain"}},
                 {"type":"document","source":{"type":"file","file_id":"file_1"}}]"""));
        assertThat(chat.losses()).containsExactly("image detail dropped: not known to this provider");
    }

    @Test
    void stopStringsAndTheEndUserPass() throws Exception {
        AChat chat = chat().user("hi").stop("END", "\n").endUser("u-1").foreign("logit_bias").foreign("logprobs");
        JsonNode written = chat.written();
        assertThat(written.path("stop_sequences")).isEqualTo(json("[\"END\"]"));
        assertThat(written.path("metadata")).isEqualTo(json("{\"user_id\":\"u-1\"}"));
        assertThat(chat.losses()).contains("logit_bias dropped", "logprobs dropped").hasSize(3);
    }

    @Test
    void severalAnswersAreRefused() {
        assertThatThrownBy(() -> chat().user("hi").choices(2).written()).isInstanceOf(UntranslatableException.class)
                .extracting(e -> ((UntranslatableException) e).param()).isEqualTo("n");
    }

    @Test
    void whatIsNotedFitsIntoAHeader() throws Exception {
        AChat chat = chat().user(new Block.Foreign("ty,pe\r\nx: y", Trees.object()), new Block.Text("a"))
                .foreign("a,b\n").tool(new org.gatehouse.gateway.canonical.Tool.Native("x", "évil\n,", Trees.object()));
        chat.written();
        assertThat(chat.losses()).hasSize(3).allMatch(loss -> loss.matches("[ -+\\--~]+"));
    }
}
