package org.gatehouse.gateway.protocol.converse;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.canonical.TokenCount;
import org.gatehouse.gateway.protocol.BrokenAnswerException;
import org.gatehouse.gateway.protocol.EventReader;
import org.gatehouse.gateway.protocol.json.JsonTrees;

/** Reads the events of {@code ConverseStream}. The usage comes last, behind the reason to stop. */
final class ConverseEventReader implements EventReader {
    private static final int MAX_CALLS = 1_024;

    /** Calls by the index of their block. */
    private final Map<Integer, Call> calls = new HashMap<>();
    private boolean stopped;
    private boolean over;

    private static final class Call {
        private final int number;
        private boolean argued;

        private Call(int number) {
            this.number = number;
        }
    }

    @Override
    public void read(@Nullable String type, byte[] data, int from, int to, Consumer<ChatEvent> out)
            throws BrokenAnswerException {
        if (over) {
            return;
        }
        String kind = type == null ? "" : type;
        String folded = kind.toLowerCase(Locale.ROOT);
        if (folded.endsWith("exception") || folded.endsWith("error")) {
            over = true;
            out.accept(new ChatEvent.Failed(ConverseErrors.inStream(kind, Arrays.copyOfRange(data, from, to))));
            return;
        }
        JsonNode event = JsonTrees.read(data, from, to);
        if (event == null || !event.isObject()) {
            throw new BrokenAnswerException("sent broken JSON in a stream");
        }
        switch (kind) {
            case "messageStart" -> out.accept(new ChatEvent.Begun("", ""));
            case "contentBlockStart" -> start(event, out);
            case "contentBlockDelta" -> delta(event, out);
            case "contentBlockStop" -> {
                Call call = calls.get(event.path("contentBlockIndex").asInt());
                if (call != null && !call.argued) {
                    call.argued = true;
                    out.accept(new ChatEvent.ToolArguments(0, call.number, "{}"));
                }
            }
            case "messageStop" -> {
                stopped = true;
                out.accept(new ChatEvent.Stopped(0,
                        ConverseReplyReader.stop(event.path("stopReason").asText("unknown"))));
            }
            case "metadata" -> {
                TokenCount usage = ConverseReplyReader.usage(event.path("usage"));
                if (usage != null) {
                    out.accept(new ChatEvent.Used(usage, stopped));
                }
                end(out);
            }
            default -> out.accept(new ChatEvent.Foreign(kind, event));
        }
    }

    private void start(JsonNode event, Consumer<ChatEvent> out) throws BrokenAnswerException {
        JsonNode use = event.path("start").path("toolUse");
        if (!use.isObject()) {
            return;
        }
        String name = use.path("name").asText("");
        String id = use.path("toolUseId").asText("");
        if (name.isEmpty() || id.isEmpty() || calls.size() >= MAX_CALLS) {
            throw new BrokenAnswerException("called a tool without a name or an id");
        }
        Call call = new Call(calls.size());
        calls.put(event.path("contentBlockIndex").asInt(), call);
        out.accept(new ChatEvent.ToolCallBegun(0, call.number, id, name, null));
    }

    private void delta(JsonNode event, Consumer<ChatEvent> out) throws BrokenAnswerException {
        JsonNode delta = event.path("delta");
        String text = delta.path("text").asText("");
        if (!text.isEmpty()) {
            out.accept(new ChatEvent.Text(0, text));
        } else if (delta.has("toolUse")) {
            Call call = calls.get(event.path("contentBlockIndex").asInt());
            if (call == null) {
                throw new BrokenAnswerException("sent arguments of a tool call that never began");
            }
            String input = delta.path("toolUse").path("input").asText("");
            if (!input.isEmpty()) {
                call.argued = true;
                out.accept(new ChatEvent.ToolArguments(0, call.number, input));
            }
        } else if (delta.has("reasoningContent")) {
            JsonNode reasoning = delta.get("reasoningContent");
            String thought = reasoning.path("text").asText("");
            if (!thought.isEmpty()) {
                out.accept(new ChatEvent.Thought(0, thought));
            }
            if (reasoning.has("signature")) {
                out.accept(new ChatEvent.ThoughtSignature(0, reasoning.path("signature").asText()));
            }
            if (reasoning.has("redactedContent")) {
                out.accept(new ChatEvent.RedactedThought(0, reasoning.path("redactedContent").asText()));
            }
        }
    }

    @Override
    public void end(Consumer<ChatEvent> out) {
        if (!over && stopped) {
            over = true;
            out.accept(new ChatEvent.Ended());
        }
    }
}
