package org.gatehouse.gateway.protocol.gemini;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.canonical.TokenCount;
import org.gatehouse.gateway.protocol.BrokenAnswerException;
import org.gatehouse.gateway.protocol.EventReader;
import org.gatehouse.gateway.protocol.json.JsonTrees;

/**
 * Reads a stream of answers, each with what came since the one before. Nothing marks the end: the answer is whole when
 * each candidate that began has said why it finished.
 */
final class GeminiEventReader implements EventReader {
    /** More than anybody gives; keeps a broken provider from making the sets below large. */
    private static final int MAX_CANDIDATES = 128;

    private final Supplier<String> callIds;
    private final BitSet begun = new BitSet();
    private final BitSet finished = new BitSet();
    private int[] calls = new int[1];
    private boolean open;
    private boolean over;

    GeminiEventReader(Supplier<String> callIds) {
        this.callIds = callIds;
    }

    @Override
    public void read(@Nullable String type, byte[] data, int from, int to, Consumer<ChatEvent> out)
            throws BrokenAnswerException {
        if (over) {
            return;
        }
        JsonNode answer = JsonTrees.read(data, from, to);
        if (answer == null || !answer.isContainerNode()) {
            throw new BrokenAnswerException("sent broken JSON in a stream");
        }
        if (GeminiErrors.isError(answer)) {
            over = true;
            out.accept(new ChatEvent.Failed(GeminiErrors.read(answer, 0, Map.of())));
            return;
        }
        if (!answer.isObject()) {
            throw new BrokenAnswerException("sent an event that is no object");
        }
        if (!open) {
            open = true;
            out.accept(new ChatEvent.Begun(answer.path("responseId").asText(""),
                    answer.path("modelVersion").asText("")));
        }
        for (JsonNode candidate : answer.path("candidates")) {
            candidate(candidate, out);
        }
        String blocked = answer.path("promptFeedback").path("blockReason").asText("");
        if (!blocked.isEmpty() && begun.isEmpty()) {
            begun.set(0);
            finished.set(0);
            out.accept(new ChatEvent.Stopped(0, FinishReasons.blocked(blocked)));
        }
        TokenCount usage = UsageMetadata.read(answer.path("usageMetadata"));
        if (usage != null) {
            out.accept(new ChatEvent.Used(usage, whole()));
        }
    }

    private void candidate(JsonNode candidate, Consumer<ChatEvent> out) throws BrokenAnswerException {
        int choice = candidate.path("index").asInt(0);
        if (choice < 0 || choice >= MAX_CANDIDATES) {
            throw new BrokenAnswerException("sent a candidate with an index that nobody asked for");
        }
        begun.set(choice);
        for (JsonNode part : candidate.path("content").path("parts")) {
            if (!part.isObject()) {
                throw new BrokenAnswerException("sent a part that is no object");
            }
            part(part, choice, out);
        }
        String reason = candidate.path("finishReason").asText("");
        if (!reason.isEmpty() && !reason.equals("FINISH_REASON_UNSPECIFIED") && !finished.get(choice)) {
            finished.set(choice);
            out.accept(new ChatEvent.Stopped(choice,
                    FinishReasons.read(reason, choice < calls.length && calls[choice] > 0)));
        }
    }

    private void part(JsonNode part, int choice, Consumer<ChatEvent> out) throws BrokenAnswerException {
        String signature = part.path("thoughtSignature").textValue();
        JsonNode call = part.get("functionCall");
        if (call != null) {
            call(call, signature, choice, out);
            return;
        }
        String text = part.path("text").textValue();
        if (text == null && signature == null) {
            if (!part.isEmpty()) {
                out.accept(new ChatEvent.Foreign(part.fieldNames().next(), part));
            }
            return;
        }
        if (text != null && !text.isEmpty()) {
            out.accept(part.path("thought").asBoolean()
                    ? new ChatEvent.Thought(choice, text)
                    : new ChatEvent.Text(choice, text));
        }
        if (signature != null) {
            out.accept(new ChatEvent.ThoughtSignature(choice, signature));
        }
    }

    private void call(JsonNode call, @Nullable String signature, int choice, Consumer<ChatEvent> out)
            throws BrokenAnswerException {
        String name = call.path("name").asText("");
        if (name.isEmpty()) {
            throw new BrokenAnswerException("called a tool without a name");
        }
        if (choice >= calls.length) {
            calls = Arrays.copyOf(calls, choice + 1);
        }
        int index = calls[choice]++;
        String id = call.path("id").asText("");
        JsonNode args = call.path("args");
        out.accept(new ChatEvent.ToolCallBegun(choice, index, id.isEmpty() ? callIds.get() : id, name, signature));
        out.accept(new ChatEvent.ToolArguments(choice, index, args.isObject() ? JsonTrees.text(args) : "{}"));
    }

    private boolean whole() {
        return !begun.isEmpty() && finished.cardinality() == begun.cardinality();
    }

    @Override
    public void end(Consumer<ChatEvent> out) {
        if (!over && whole()) {
            over = true;
            out.accept(new ChatEvent.Ended());
        }
    }
}
