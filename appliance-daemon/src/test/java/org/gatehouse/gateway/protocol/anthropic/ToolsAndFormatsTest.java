package org.gatehouse.gateway.protocol.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.gateway.canonical.Block.CacheMark;
import org.gatehouse.gateway.canonical.ChatRequest.Reasoning.Effort;
import org.gatehouse.gateway.canonical.OutputFormat;
import org.gatehouse.gateway.canonical.Tool;
import org.gatehouse.gateway.canonical.ToolChoice;
import org.gatehouse.gateway.protocol.UntranslatableException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gatehouse.gateway.protocol.anthropic.AChat.call;
import static org.gatehouse.gateway.protocol.anthropic.AChat.chat;
import static org.gatehouse.gateway.protocol.anthropic.AChat.json;
import static org.gatehouse.gateway.protocol.anthropic.AChat.result;

class ToolsAndFormatsTest {
    private static final JsonNode SCHEMA = json("""
            {"type":"object","properties":{"n":{"type":"integer","minimum":1}},"required":["n"]}""");

    @Test
    void functionsBecomeToolsWithTheirSchemas() throws Exception {
        assertThat(chat().user("hi").tool("bare")
                .tool(new Tool.Function("full", "does", SCHEMA, null, CacheMark.FIVE_MINUTES))
                .tool(new Tool.Function("untyped", null, json("{\"properties\":{}}"), null, null)).written("tools"))
                .isEqualTo(json("""
                        [{"name":"bare","input_schema":{"type":"object","properties":{}}},
                         {"name":"full","description":"does","input_schema":{"type":"object",
                          "properties":{"n":{"type":"integer","minimum":1}},"required":["n"]},
                          "cache_control":{"type":"ephemeral"}},
                         {"name":"untyped","input_schema":{"type":"object","properties":{}}}]"""));
    }

    @Test
    void strictToolsPassWhereTheModelKeepsSchemas() throws Exception {
        Tool strict = new Tool.Function("f", null, SCHEMA, true, null);
        assertThat(chat().user("hi").tool(strict).written("tools").get(0)).isEqualTo(json("""
                {"name":"f","strict":true,"input_schema":{"type":"object","additionalProperties":false,"required":["n"],
                 "properties":{"n":{"type":"integer","description":"{\\"minimum\\":1}"}}}}"""));
        AChat without = chat().user("hi").tool(strict).withoutSchemas();
        assertThat(without.written("tools").get(0).has("strict")).isFalse();
        assertThat(without.losses()).hasSize(1);
    }

    @Test
    void toolChoicesAreSaidInAnthropicsWords() throws Exception {
        assertThat(chat().user("hi").tool("f").written().has("tool_choice")).isFalse();
        assertThat(chat().user("hi").tool("f").choose(ToolChoice.AUTO).written("tool_choice"))
                .isEqualTo(json("{\"type\":\"auto\"}"));
        assertThat(chat().user("hi").tool("f").choose(ToolChoice.REQUIRED).parallel(true).written("tool_choice"))
                .isEqualTo(json("{\"type\":\"any\"}"));
        assertThat(chat().user("hi").tool("f").choose(ToolChoice.NONE).parallel(false).written("tool_choice"))
                .isEqualTo(json("{\"type\":\"none\"}"));
        assertThat(chat().user("hi").tool("f").choose(new ToolChoice.Named("f")).written("tool_choice"))
                .isEqualTo(json("{\"type\":\"tool\",\"name\":\"f\"}"));
        assertThatThrownBy(() -> chat().user("hi").tool("f").choose(new ToolChoice.Named("g")).written())
                .isInstanceOf(UntranslatableException.class);
    }

    @Test
    void callsOneAtATimeIsSaidTheOtherWayRound() throws Exception {
        assertThat(chat().user("hi").tool("f").parallel(false).written("tool_choice"))
                .isEqualTo(json("{\"type\":\"auto\",\"disable_parallel_tool_use\":true}"));
        assertThat(chat().user("hi").parallel(false).written().has("tool_choice")).isFalse();
    }

    @Test
    void toolsThatAnotherProviderRunsAreDroppedAndNoted() throws Exception {
        JsonNode own = json("{\"type\":\"web_search_20250305\",\"name\":\"web_search\",\"max_uses\":3}");
        AChat chat = chat().user("hi").tool(new Tool.Native("web_search", "web_search_20250305", own))
                .tool(new Tool.Native("web_search_preview", "web_search_preview", Trees.object()));
        assertThat(chat.written("tools")).isEqualTo(Trees.object().arrayNode().add(own));
        assertThat(chat.losses()).containsExactly("tool web_search_preview dropped: this provider does not run it");
        AChat none = chat().user("hi").choose(ToolChoice.REQUIRED)
                .tool(new Tool.Native("code_interpreter", "code_interpreter", Trees.object()));
        assertThat(none.written().has("tool_choice")).isFalse();
        assertThat(none.losses()).hasSize(2);
    }

    @Test
    void conversationWithCallsAlwaysDefinesTools() throws Exception {
        JsonNode written = chat().user("go").assistant(call("a", "f", "{}")).user(result("a", "1")).written();
        assertThat(written.path("tools").findValuesAsText("name")).containsExactly("f");
        assertThat(written.path("tool_choice")).isEqualTo(json("{\"type\":\"none\"}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a.b", "über", "mcp:server/tool", "a-b.c", "gatehouse_name_x", "with space"})
    void toolNamesThatDoNotFitComeBackAsTheyWere(String name) throws Exception {
        JsonNode written = chat().user("go").tool(name).choose(new ToolChoice.Named(name))
                .assistant(call("a", name, "{}")).user(result("a", "1")).written();
        String changed = written.at("/tools/0/name").asText();
        assertThat(changed).matches("[a-zA-Z0-9_-]{1,128}").isNotEqualTo(name);
        assertThat(written.at("/tool_choice/name").asText()).isEqualTo(changed);
        assertThat(written.at("/messages/1/content/0/name").asText()).isEqualTo(changed);
        assertThat(ToolNames.read(changed)).isEqualTo(name);
    }

    @Test
    void plainToolNamesStayAndImpossibleOnesAreRefused() throws Exception {
        assertThat(ToolNames.write("get_x-1")).isEqualTo("get_x-1");
        assertThat(ToolNames.read("gatehouse_name_-zz")).isEqualTo("gatehouse_name_-zz");
        assertThatThrownBy(() -> ToolNames.write("é".repeat(100))).isInstanceOf(UntranslatableException.class);
        assertThatThrownBy(() -> chat().user("hi").tool("gatehouse_answer").written())
                .isInstanceOf(UntranslatableException.class);
    }

    @Test
    void schemaGoesToTheModelsOwnFormat() throws Exception {
        JsonNode written = chat().user("hi").think(Effort.LOW, null)
                .format(new OutputFormat.Schema("answer", null, SCHEMA, true)).written();
        assertThat(written.path("output_config")).isEqualTo(json("""
                {"effort":"low","format":{"type":"json_schema","schema":{"type":"object","additionalProperties":false,
                 "required":["n"],"properties":{"n":{"type":"integer","description":"{\\"minimum\\":1}"}}}}}"""));
        assertThat(written.has("tools")).isFalse();
    }

    @Test
    void schemaBecomesAToolThatMustBeCalledWhereTheModelHasNoFormat() throws Exception {
        JsonNode written = chat().user("hi").withoutSchemas()
                .format(new OutputFormat.Schema("answer", "The number.", SCHEMA, true)).written();
        assertThat(written.path("tools")).isEqualTo(
                json("""
                        [{"name":"gatehouse_answer","description":"Gives the answer to the user. The number.",
                          "input_schema":{"type":"object","properties":{"n":{"type":"integer","minimum":1}},"required":["n"]}}]"""));
        assertThat(written.path("tool_choice")).isEqualTo(
                json("{\"type\":\"tool\",\"name\":\"gatehouse_answer\",\"disable_parallel_tool_use\":true}"));
    }

    @Test
    void schemaThatTheSubsetCannotSayBecomesATool() throws Exception {
        assertThat(chat().user("hi").format(new OutputFormat.Schema(null, null,
                json("{\"type\":\"object\",\"properties\":{},\"additionalProperties\":{\"type\":\"string\"}}"), null))
                .written("tools").findValuesAsText("name")).containsExactly("gatehouse_answer");
    }

    @Test
    void schemaOfNoObjectIsWrappedIntoOne() throws Exception {
        JsonNode schema = json(
                "{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/x\"},\"$defs\":{\"x\":{\"type\":\"string\"}}}");
        assertThat(chat().user("hi").withoutSchemas().format(new OutputFormat.Schema(null, null, schema, null))
                .written("tools").get(0)).isEqualTo(json("""
                        {"name":"gatehouse_answer_value","description":"Gives the answer to the user.","input_schema":
                         {"type":"object","$defs":{"x":{"type":"string"}},"properties":{"value":
                          {"type":"array","items":{"$ref":"#/$defs/x"}}},"required":["value"],
                          "additionalProperties":false}}"""));
    }

    @Test
    void jsonWithoutASchemaIsAnOpenTool() throws Exception {
        assertThat(chat().user("hi").format(OutputFormat.JSON).written("tools").at("/0/input_schema")).isEqualTo(
                json("{\"type\":\"object\",\"properties\":{},\"additionalProperties\":true}"));
    }

    @Test
    void clientsToolsStayCallableBesideTheAnswer() throws Exception {
        JsonNode written = chat().user("hi").tool("f").format(OutputFormat.JSON).think(Effort.HIGH, null).written();
        assertThat(written.path("tools").findValuesAsText("name")).containsExactly("f", "gatehouse_answer");
        assertThat(written.path("tool_choice")).isEqualTo(json("{\"type\":\"any\"}"));
        assertThat(written.has("thinking")).as("thinking does not go with a forced tool").isFalse();
    }

    @Test
    void formatIsMootWhereTheClientsToolMustBeCalled() throws Exception {
        AChat chat = chat().user("hi").tool("f").choose(ToolChoice.REQUIRED).format(OutputFormat.JSON);
        assertThat(chat.written("tools").findValuesAsText("name")).containsExactly("f");
        assertThat(chat.losses())
                .containsExactly("response_format dropped: it does not go with a tool that must be called");
    }
}
