package org.gatehouse.gateway.protocol.anthropic;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.Block;
import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.ChatRequest.Reasoning;
import org.gatehouse.gateway.canonical.ChatRequest.Role;
import org.gatehouse.gateway.canonical.ChatRequest.Sampling;
import org.gatehouse.gateway.canonical.ChatRequest.Turn;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.canonical.OutputFormat;
import org.gatehouse.gateway.canonical.Tool;
import org.gatehouse.gateway.canonical.ToolChoice;
import org.gatehouse.gateway.protocol.Terms;
import org.gatehouse.gateway.protocol.Terms.ReasoningStyle;
import org.gatehouse.gateway.protocol.UntranslatableException;

/** A request that is put together in a test, and how it is written. */
final class AChat {
    private final List<Block.Text> system = new ArrayList<>();
    private final List<Turn> turns = new ArrayList<>();
    private final List<Tool> tools = new ArrayList<>();
    private @Nullable ToolChoice choice;
    private @Nullable Boolean parallel;
    private @Nullable Long cap;
    private Sampling sampling = Sampling.DEFAULT;
    private List<String> stop = List.of();
    private @Nullable Reasoning reasoning;
    private OutputFormat format = OutputFormat.TEXT;
    private int choices = 1;
    private @Nullable String endUser;
    private final Map<String, JsonNode> foreign = new HashMap<>();

    private Terms terms = Terms.of("claude", 4096);
    private final Losses losses = new Losses();

    static AChat chat() {
        return new AChat();
    }

    AChat system(String text, Block.@Nullable CacheMark mark) {
        system.add(new Block.Text(text, mark));
        return this;
    }

    AChat user(Block... blocks) {
        turns.add(new Turn(Role.USER, List.of(blocks)));
        return this;
    }

    AChat user(String text) {
        return user(new Block.Text(text));
    }

    AChat assistant(Block... blocks) {
        turns.add(new Turn(Role.ASSISTANT, List.of(blocks)));
        return this;
    }

    AChat assistant(String text) {
        return assistant(new Block.Text(text));
    }

    AChat instruct(String text) {
        turns.add(new Turn(Role.SYSTEM, List.of(new Block.Text(text))));
        return this;
    }

    AChat tool(Tool tool) {
        tools.add(tool);
        return this;
    }

    AChat tool(String name) {
        return tool(new Tool.Function(name, null, null, null, null));
    }

    AChat choose(ToolChoice which) {
        choice = which;
        return this;
    }

    AChat parallel(boolean several) {
        parallel = several;
        return this;
    }

    AChat cap(long tokens) {
        cap = tokens;
        return this;
    }

    AChat sampling(Sampling how) {
        sampling = how;
        return this;
    }

    AChat stop(String... strings) {
        stop = List.of(strings);
        return this;
    }

    AChat think(Reasoning.@Nullable Effort effort, @Nullable Long budget) {
        reasoning = new Reasoning(effort, budget, null);
        return this;
    }

    AChat format(OutputFormat shape) {
        format = shape;
        return this;
    }

    AChat choices(int count) {
        choices = count;
        return this;
    }

    AChat endUser(String name) {
        endUser = name;
        return this;
    }

    AChat foreign(String name) {
        foreign.put(name, Trees.object());
        return this;
    }

    AChat style(ReasoningStyle style) {
        terms = new Terms(terms.model(), terms.outputCap(), terms.usualOutput(), style, terms.highestTemperature(),
                terms.schemas(), terms.images());
        return this;
    }

    AChat withoutSchemas() {
        terms = new Terms(terms.model(), terms.outputCap(), terms.usualOutput(), terms.reasoning(),
                terms.highestTemperature(), false, terms.images());
        return this;
    }

    AChat withoutImages() {
        terms = new Terms(terms.model(), terms.outputCap(), terms.usualOutput(), terms.reasoning(),
                terms.highestTemperature(), terms.schemas(), false);
        return this;
    }

    AChat outputCap(long tokens) {
        terms = new Terms(terms.model(), tokens, terms.usualOutput(), terms.reasoning(), terms.highestTemperature(),
                terms.schemas(), terms.images());
        return this;
    }

    ChatRequest request() {
        return new ChatRequest(system, turns, tools, choice, parallel, cap, sampling, stop, reasoning, format, choices,
                false, endUser, foreign);
    }

    /** As Anthropic gets it. */
    JsonNode written() throws UntranslatableException {
        JsonNode tree = Trees.treeIn(RequestWriter.write(request(), terms, losses));
        if (tree == null) {
            throw new AssertionError("what was written is no JSON");
        }
        return tree;
    }

    /** A part of it. */
    JsonNode written(String field) throws UntranslatableException {
        return written().path(field);
    }

    /** What was noted by writing it. */
    List<String> losses() {
        return List.copyOf(losses.told());
    }

    static Block.ToolCall call(String id, String name, String arguments) {
        return new Block.ToolCall(id, name, arguments, null, null);
    }

    static Block.ToolResult result(String id, String text) {
        return new Block.ToolResult(id, List.of(new Block.Text(text)), false, null);
    }

    static JsonNode json(String text) {
        JsonNode tree = Trees.treeIn(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        if (tree == null) {
            throw new AssertionError("no JSON: " + text);
        }
        return tree;
    }
}
