package org.gatehouse.simulated.providers;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Writes answers as Converse and ConverseStream do. Belongs to one call. */
final class ConverseReply {
    private final Simulation simulation;
    private final ConverseRequest request;
    private final Answer answer;
    private final PromptCache.Use cache;
    private final Bill bill;

    ConverseReply(Simulation simulation, ConverseRequest request, String model) {
        this.simulation = simulation;
        this.request = request;
        answer = simulation.composer().compose(request.ask());
        cache = request.cacheUse();
        bill = new Bill(model, request.prompt().tokens(), answer.outputTokens());
    }

    Reply whole() {
        ObjectNode reply = Json.object();
        ObjectNode message = reply.putObject("output").putObject("message").put("role", "assistant");
        ArrayNode content = message.putArray("content");
        if (showsThoughts()) {
            content.addObject().putObject("reasoningContent").putObject("reasoningText").put("text", answer.thought())
                    .put("signature", simulation.seals().seal(answer.thought()));
        }
        if (!answer.text().isEmpty()) {
            content.addObject().put("text", answer.wholeText());
        }
        for (Answer.Call call : answer.calls()) {
            content.addObject().putObject("toolUse").put("toolUseId", simulation.ids().next("tooluse_", 22))
                    .put("name", call.name())
                    .set("input", Json.read(call.json()) instanceof ObjectNode whole ? whole : Json.object());
        }
        reply.put("stopReason", stopReason()).set("usage", usage());
        reply.putObject("metrics").put("latencyMs", 1);
        return Reply.Whole.json(reply, bill);
    }

    Reply streamed() {
        List<Frame> frames = new ArrayList<>();
        frames.add(event("messageStart", Json.object().put("role", "assistant"), 0, false));
        int index = 0;
        if (showsThoughts()) {
            for (String token : answer.thoughts()) {
                frames.add(delta(index, Json.object().set("reasoningContent", Json.object().put("text", token)), 1));
            }
            frames.add(delta(index, Json.object().set("reasoningContent", Json.object().put("signature",
                    simulation.seals().seal(answer.thought()))), 0));
            frames.add(stop(index++));
        }
        if (!answer.text().isEmpty()) {
            // Text blocks have no start of their own.
            for (String token : answer.text()) {
                frames.add(delta(index, Json.object().put("text", token), 1));
            }
            frames.add(stop(index++));
        }
        for (Answer.Call call : answer.calls()) {
            ObjectNode start = Json.object().put("contentBlockIndex", index);
            start.putObject("start").putObject("toolUse").put("toolUseId", simulation.ids().next("tooluse_", 22))
                    .put("name", call.name());
            frames.add(event("contentBlockStart", start, 0, false));
            for (String token : call.arguments()) {
                frames.add(delta(index, Json.object().set("toolUse", Json.object().put("input", token)), 1));
            }
            frames.add(stop(index++));
        }
        frames.add(event("messageStop", Json.object().put("stopReason", stopReason()), 0, true));
        ObjectNode metadata = Json.object();
        metadata.set("usage", usage());
        metadata.putObject("metrics").put("latencyMs", 1);
        frames.add(event("metadata", metadata, 0, true));
        return new Reply.Streamed("application/vnd.amazon.eventstream", frames, bill);
    }

    private static Frame event(String type, ObjectNode payload, int tokens, boolean closing) {
        // The real one pads each event against those who guess texts from lengths.
        payload.put("p", "abcdefghijk".substring(0, 1 + type.length() % 10));
        return new Frame(EventStreamMessage.event(type, payload), tokens, closing);
    }

    private static Frame delta(int index, ObjectNode delta, int tokens) {
        ObjectNode payload = Json.object().put("contentBlockIndex", index);
        payload.set("delta", delta);
        return event("contentBlockDelta", payload, tokens, false);
    }

    private static Frame stop(int index) {
        return event("contentBlockStop", Json.object().put("contentBlockIndex", index), 0, false);
    }

    private boolean showsThoughts() {
        return !answer.thoughts().isEmpty();
    }

    private ObjectNode usage() {
        int input = Math.max(0, request.prompt().tokens() - cache.read() - cache.written());
        return Json.object().put("inputTokens", input).put("outputTokens", answer.outputTokens())
                .put("totalTokens", request.prompt().tokens() + answer.outputTokens())
                .put("cacheReadInputTokens", cache.read()).put("cacheWriteInputTokens", cache.written());
    }

    private String stopReason() {
        String literal = answer.literal();
        if (literal != null) {
            return literal;
        }
        return switch (answer.finish()) {
            case STOP -> "end_turn";
            case STOP_STRING -> "stop_sequence";
            case LENGTH -> "max_tokens";
            case TOOL -> "tool_use";
            case FILTER -> "content_filtered";
        };
    }
}
