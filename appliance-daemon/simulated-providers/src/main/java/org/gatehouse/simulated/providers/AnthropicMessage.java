package org.gatehouse.simulated.providers;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Writes answers as Anthropic does: a message, or the events of one. Immutable. */
final class AnthropicMessage {
    private final Simulation simulation;

    AnthropicMessage(Simulation simulation) {
        this.simulation = simulation;
    }

    Reply reply(AnthropicRequest request) {
        Answer answer = simulation.composer().compose(request.ask());
        PromptCache.Use cache = request.cacheUse();
        Bill bill = new Bill(request.model(), request.prompt().tokens(), answer.outputTokens());
        ObjectNode message = Json.object().put("id", simulation.ids().next("msg_", 24)).put("type", "message")
                .put("role", "assistant").put("model", request.model());
        return request.streamed()
                ? new Reply.Streamed("text/event-stream; charset=utf-8", frames(request, answer, message, cache), bill)
                : Reply.Whole.json(whole(request, answer, message, cache), bill);
    }

    private ObjectNode whole(AnthropicRequest request, Answer answer, ObjectNode message, PromptCache.Use cache) {
        ArrayNode content = message.putArray("content");
        if (showsThoughts(request, answer)) {
            content.addObject().put("type", "thinking").put("thinking", answer.thought()).put("signature",
                    simulation.seals().seal(answer.thought()));
        }
        if (!answer.text().isEmpty()) {
            content.addObject().put("type", "text").put("text", answer.wholeText());
        }
        for (Answer.Call call : answer.calls()) {
            // Cut arguments are what a limit leaves; the plain form shows what could be parsed of them.
            ObjectNode input = Json.read(call.json()) instanceof ObjectNode whole ? whole : Json.object();
            content.add(toolUse(call).set("input", input));
        }
        message.put("stop_reason", stopReason(answer)).put("stop_sequence", answer.stoppedAt());
        message.set("usage", usage(request, cache, answer.outputTokens()));
        return message;
    }

    private List<Frame> frames(AnthropicRequest request, Answer answer, ObjectNode message, PromptCache.Use cache) {
        List<Frame> frames = new ArrayList<>();
        message.putArray("content");
        message.putNull("stop_reason").putNull("stop_sequence");
        // The one output token here is a place holder, as the real one's: the last message_delta has the truth.
        message.set("usage", usage(request, cache, 1));
        ObjectNode start = Json.object().put("type", "message_start");
        start.set("message", message);
        frames.add(Frame.opening(event(start)));
        frames.add(Frame.opening(event(Json.object().put("type", "ping"))));
        int index = 0;
        if (showsThoughts(request, answer)) {
            frames.add(open(index, Json.object().put("type", "thinking").put("thinking", "").put("signature", "")));
            for (String token : answer.thoughts()) {
                frames.add(delta(index, Json.object().put("type", "thinking_delta").put("thinking", token), 1));
            }
            frames.add(delta(index, Json.object().put("type", "signature_delta").put("signature",
                    simulation.seals().seal(answer.thought())), 0));
            frames.add(close(index++));
        } else if (!answer.thoughts().isEmpty()) {
            frames.add(Frame.content(event(Json.object().put("type", "ping")), answer.thoughts().size()));
        }
        if (!answer.text().isEmpty()) {
            frames.add(open(index, Json.object().put("type", "text").put("text", "")));
            for (String token : answer.text()) {
                frames.add(delta(index, Json.object().put("type", "text_delta").put("text", token), 1));
            }
            frames.add(close(index++));
        }
        for (Answer.Call call : answer.calls()) {
            frames.add(open(index, toolUse(call).set("input", Json.object())));
            // The real one begins each call with an empty delta.
            frames.add(delta(index, json(""), 0));
            for (String token : call.arguments()) {
                frames.add(delta(index, json(token), 1));
            }
            frames.add(close(index++));
        }
        ObjectNode end = Json.object().put("type", "message_delta");
        end.putObject("delta").put("stop_reason", stopReason(answer)).put("stop_sequence", answer.stoppedAt());
        end.set("usage", usage(request, cache, answer.outputTokens()));
        frames.add(Frame.closing(event(end)));
        frames.add(Frame.closing(event(Json.object().put("type", "message_stop"))));
        return frames;
    }

    private static boolean showsThoughts(AnthropicRequest request, Answer answer) {
        return request.thinks() && !answer.thoughts().isEmpty();
    }

    private ObjectNode toolUse(Answer.Call call) {
        return Json.object().put("type", "tool_use").put("id", simulation.ids().next("toolu_", 24)).put("name",
                call.name());
    }

    private static ObjectNode json(String part) {
        return Json.object().put("type", "input_json_delta").put("partial_json", part);
    }

    private static Frame open(int index, com.fasterxml.jackson.databind.JsonNode block) {
        ObjectNode start = Json.object().put("type", "content_block_start").put("index", index);
        start.set("content_block", block);
        return Frame.opening(event(start));
    }

    private static Frame delta(int index, ObjectNode delta, int tokens) {
        ObjectNode event = Json.object().put("type", "content_block_delta").put("index", index);
        event.set("delta", delta);
        return Frame.content(event(event), tokens);
    }

    private static Frame close(int index) {
        return Frame.opening(event(Json.object().put("type", "content_block_stop").put("index", index)));
    }

    private static String event(ObjectNode data) {
        return "event: " + data.get("type").textValue() + "\ndata: " + Json.text(data) + "\n\n";
    }

    private static ObjectNode usage(AnthropicRequest request, PromptCache.Use cache, int output) {
        ObjectNode usage = Json.object()
                .put("input_tokens", Math.max(0, request.prompt().tokens() - cache.read() - cache.written()))
                .put("cache_creation_input_tokens", cache.written()).put("cache_read_input_tokens", cache.read());
        usage.putObject("cache_creation").put("ephemeral_5m_input_tokens", cache.written() - cache.writtenForAnHour())
                .put("ephemeral_1h_input_tokens", cache.writtenForAnHour());
        return usage.put("output_tokens", output).put("service_tier", "standard");
    }

    private static String stopReason(Answer answer) {
        String literal = answer.literal();
        if (literal != null) {
            return literal;
        }
        return switch (answer.finish()) {
            case STOP -> "end_turn";
            case STOP_STRING -> "stop_sequence";
            case LENGTH -> "max_tokens";
            case TOOL -> "tool_use";
            case FILTER -> "refusal";
        };
    }
}
