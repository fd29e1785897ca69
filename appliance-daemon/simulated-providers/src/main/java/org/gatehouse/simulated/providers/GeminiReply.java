package org.gatehouse.simulated.providers;

import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** Writes answers as Gemini does: whole, or as a row of partial ones. Belongs to one call. */
final class GeminiReply {
    private static final int TOKENS_A_CHUNK = 4;

    private final Simulation simulation;
    private final GeminiRequest request;
    private final String model;
    private final Answer answer;
    private final String id;

    GeminiReply(Simulation simulation, GeminiRequest request, String model) {
        this.simulation = simulation;
        this.request = request;
        this.model = model;
        answer = simulation.composer().compose(request.ask());
        id = simulation.ids().next("", 22);
    }

    private Bill bill() {
        return new Bill(model, request.prompt().tokens(), answer.outputTokens() * request.candidates());
    }

    /** A prompt that a filter objects to gets status 200 and no candidate. */
    private boolean blocked() {
        return request.ask().directive().has("flagged");
    }

    Reply whole() {
        ObjectNode reply = Json.object();
        if (blocked()) {
            reply.putObject("promptFeedback").put("blockReason", "PROHIBITED_CONTENT");
            return Reply.Whole.json(end(reply, true), new Bill(model, request.prompt().tokens(), 0));
        }
        ArrayNode candidates = reply.putArray("candidates");
        for (int i = 0; i < request.candidates(); i++) {
            ObjectNode candidate = candidates.addObject();
            ObjectNode content = candidate.putObject("content");
            ArrayNode parts = content.putArray("parts");
            if (request.showsThoughts() && !answer.thoughts().isEmpty()) {
                parts.addObject().put("text", answer.thought()).put("thought", true);
            }
            if (!answer.text().isEmpty()) {
                ObjectNode text = parts.addObject().put("text", answer.wholeText());
                if (answer.calls().isEmpty() && !answer.thoughts().isEmpty()) {
                    text.put("thoughtSignature", simulation.seals().seal("text"));
                }
            }
            for (int call = 0; call < answer.calls().size(); call++) {
                parts.add(call(answer.calls().get(call), call == 0));
            }
            content.put("role", "model");
            candidate.put("finishReason", finish()).put("index", i);
        }
        return Reply.Whole.json(end(reply, true), bill());
    }

    /** The stream as server-sent events, or as one JSON array. */
    Reply streamed(boolean events) {
        List<ObjectNode> chunks = new ArrayList<>();
        List<Integer> tokens = new ArrayList<>();
        if (blocked()) {
            ObjectNode only = Json.object();
            only.putObject("promptFeedback").put("blockReason", "PROHIBITED_CONTENT");
            chunks.add(end(only, true));
            tokens.add(0);
        } else {
            chunks(chunks, tokens);
        }
        List<Frame> frames = new ArrayList<>();
        for (int i = 0; i < chunks.size(); i++) {
            String json = Json.text(chunks.get(i));
            boolean last = i == chunks.size() - 1;
            String framed = events ? "data: " + json + "\r\n\r\n" : (i == 0 ? "[" : ",\r\n") + json + (last ? "]" : "");
            frames.add(last ? Frame.closing(framed) : Frame.content(framed, tokens.get(i)));
        }
        return new Reply.Streamed(events ? "text/event-stream" : "application/json; charset=UTF-8", frames,
                blocked() ? new Bill(model, request.prompt().tokens(), 0) : bill());
    }

    private void chunks(List<ObjectNode> chunks, List<Integer> tokens) {
        for (Answer.Piece piece : Answer.grouped(answer.thoughts(), TOKENS_A_CHUNK)) {
            if (request.showsThoughts()) {
                chunks.add(end(candidate(Json.object().put("text", piece.text()).put("thought", true), null), false));
                tokens.add(piece.tokens());
            }
        }
        int hidden = request.showsThoughts() ? 0 : answer.thoughts().size();
        for (Answer.Piece piece : Answer.grouped(answer.text(), TOKENS_A_CHUNK)) {
            chunks.add(end(candidate(Json.object().put("text", piece.text()), null), false));
            tokens.add(piece.tokens() + hidden);
            hidden = 0;
        }
        // Calls come whole, each in a chunk of its own.
        for (int i = 0; i < answer.calls().size(); i++) {
            chunks.add(end(candidate(call(answer.calls().get(i), i == 0), null), false));
            tokens.add(answer.calls().get(i).arguments().size() + hidden);
            hidden = 0;
        }
        ObjectNode last = Json.object().put("text", "");
        if (answer.calls().isEmpty() && !answer.thoughts().isEmpty()) {
            last.put("thoughtSignature", simulation.seals().seal("text"));
        }
        chunks.add(end(candidate(last, finish()), true));
        tokens.add(0);
    }

    private static ObjectNode candidate(ObjectNode part, @Nullable String finish) {
        ObjectNode reply = Json.object();
        ObjectNode candidate = reply.putArray("candidates").addObject();
        ObjectNode content = candidate.putObject("content");
        content.putArray("parts").add(part);
        content.put("role", "model");
        if (finish != null) {
            candidate.put("finishReason", finish);
        }
        candidate.put("index", 0);
        return reply;
    }

    private ObjectNode call(Answer.Call call, boolean first) {
        ObjectNode part = Json.object();
        part.putObject("functionCall").put("name", call.name()).set("args",
                Json.read(call.json()) instanceof ObjectNode whole ? whole : Json.object());
        if (first) {
            part.put("thoughtSignature", simulation.seals().seal(call.name()));
        }
        return part;
    }

    private ObjectNode end(ObjectNode reply, boolean complete) {
        int input = request.prompt().tokens();
        int cached = Math.min(input, request.ask().directive().count("cached", 0));
        int output = complete && !blocked()
                ? (answer.outputTokens() - answer.thoughts().size()) * request.candidates()
                : 0;
        int thoughts = complete && !blocked() ? answer.thoughts().size() * request.candidates() : 0;
        ObjectNode usage = reply.putObject("usageMetadata").put("promptTokenCount", input);
        if (cached > 0) {
            usage.put("cachedContentTokenCount", cached);
        }
        if (output > 0) {
            usage.put("candidatesTokenCount", output);
        }
        if (thoughts > 0) {
            usage.put("thoughtsTokenCount", thoughts);
        }
        usage.put("totalTokenCount", input + output + thoughts).putArray("promptTokensDetails").addObject()
                .put("modality", "TEXT").put("tokenCount", input);
        return reply.put("modelVersion", model).put("responseId", id);
    }

    private String finish() {
        String literal = answer.literal();
        if (literal != null) {
            return literal;
        }
        return switch (answer.finish()) {
            case STOP, STOP_STRING, TOOL -> "STOP";
            case LENGTH -> "MAX_TOKENS";
            case FILTER -> "SAFETY";
        };
    }
}
