package org.gatehouse.simulated;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.jspecify.annotations.Nullable;

/**
 * What one choice of a reply will say, token by token, before any of it is said: reasoning first, then text, then tool
 * calls. Immutable.
 *
 * @param reasoning reasoning tokens
 * @param text where the visible text comes from
 * @param textTokens visible tokens
 * @param calls the tools called
 * @param cutShort whether the token limit ended it
 */
record OutputPlan(int reasoning, ReplyText text, int textTokens, List<Call> calls, boolean cutShort) {

    /**
     * One tool call.
     *
     * @param name the tool
     * @param nameTokens what the name costs
     * @param arguments the arguments as JSON text
     * @param argumentTokens how many tokens of the arguments come out
     */
    record Call(String name, int nameTokens, ReplyText arguments, int argumentTokens) {
        int tokens() {
            return nameTokens + argumentTokens;
        }
    }

    /** A reply to this request in at most {@code room} tokens. */
    static OutputPlan of(GenerationRequest request, Engine engine, int room) {
        Directive directive = request.directive;
        if (request.inputOnly) {
            return new OutputPlan(0, engine.standardText(), 0, List.of(), false);
        }
        int reasoning = directive.reasoning() >= 0 ? directive.reasoning() : Math.max(0, request.reasoning);
        List<Call> calls = calls(request);
        ReplyText text = text(request, engine);
        int textTokens;
        if (!calls.isEmpty()) {
            textTokens = 0;
        } else if (text.tokens() < Integer.MAX_VALUE) {
            textTokens = text.tokens();
        } else if (directive.tokens() >= 0) {
            textTokens = directive.tokens();
        } else if (request.ignoreEndOfText) {
            textTokens = Math.max(0, room - reasoning);
        } else {
            textTokens = Math.max(engine.options().defaultTokens(), request.minTokens);
        }
        if (directive.fault() == Fault.IGNORE_MAX_TOKENS) {
            return new OutputPlan(reasoning, text, textTokens, calls, false);
        }
        return new OutputPlan(reasoning, text, textTokens, calls, false).within(room);
    }

    private static ReplyText text(GenerationRequest request, Engine engine) {
        if (request.directive.echo()) {
            return ReplyText.labelled(request.directiveText.replaceAll("(?s)\\[\\[sim.*?]]", "").strip());
        }
        if (request.schema != null) {
            return ReplyText.of(SchemaFiller.fill(request.schema).toString());
        }
        if (request.jsonObject) {
            return ReplyText.of("{\"simulated\":true}");
        }
        return request.directive.fault() == Fault.SPLIT_UTF8 ? engine.multilingualText() : engine.standardText();
    }

    private static List<Call> calls(GenerationRequest request) {
        boolean forced = request.toolChoice.equals("required") || request.toolChoice.equals("named");
        if (request.tools.isEmpty() || request.toolChoice.equals("none")
                || (!forced && request.directive.toolCalls() <= 0)) {
            return List.of();
        }
        int wanted = Math.clamp(request.directive.toolCalls(), 1, 64);
        List<Call> calls = new ArrayList<>(wanted);
        for (int i = 0; i < wanted; i++) {
            ToolSpec tool = chosen(request, i);
            ReplyText arguments = ReplyText.of(tool.parameters().isObject()
                    ? SchemaFiller.fill(tool.parameters()).toString()
                    : JsonNodeFactory.instance.objectNode().toString());
            calls.add(new Call(tool.name(), Tokenizer.count(tool.name()), arguments, arguments.tokens()));
        }
        return List.copyOf(calls);
    }

    private static ToolSpec chosen(GenerationRequest request, int index) {
        @Nullable
        String named = request.namedTool;
        for (ToolSpec tool : request.tools) {
            if (tool.name().equals(named)) {
                return tool;
            }
        }
        return request.tools.get(index % request.tools.size());
    }

    /** This plan cut to so many tokens. Using up the last one counts as being cut, for no room is left to end in. */
    private OutputPlan within(int room) {
        if (tokens() < room) {
            return this;
        }
        int left = room;
        int keptReasoning = Math.min(left, reasoning);
        left -= keptReasoning;
        int keptText = Math.min(left, textTokens);
        left -= keptText;
        List<Call> keptCalls = new ArrayList<>(calls.size());
        for (Call call : calls) {
            if (left < call.nameTokens()) {
                break;
            }
            int arguments = Math.min(left - call.nameTokens(), call.argumentTokens());
            left -= call.nameTokens() + arguments;
            keptCalls.add(new Call(call.name(), call.nameTokens(), call.arguments(), arguments));
        }
        return new OutputPlan(keptReasoning, text, keptText, keptCalls, true);
    }

    /** All its tokens. */
    int tokens() {
        long sum = (long) reasoning + textTokens;
        for (Call call : calls) {
            sum += call.tokens();
        }
        return (int) Math.min(Integer.MAX_VALUE, sum);
    }
}
