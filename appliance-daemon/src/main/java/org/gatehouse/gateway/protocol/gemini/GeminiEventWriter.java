package org.gatehouse.gateway.protocol.gemini;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.canonical.ChatReply.Stop;
import org.gatehouse.gateway.canonical.TokenCount;
import org.gatehouse.gateway.protocol.EventWriter;
import org.gatehouse.gateway.protocol.Presentation;
import org.gatehouse.gateway.protocol.json.JsonTrees;

/**
 * Writes a stream of answers. Calls are held until they are whole, the reasons to finish until the end, since they stand in
 * the last answer beside the usage, which other protocols tell late. No heartbeats: Google sends none, and its own client
 * libraries fail on a comment.
 */
final class GeminiEventWriter implements EventWriter {
    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EVENT_END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Presentation presentation;
    private final Map<Integer, List<Call>> calls = new TreeMap<>();
    private final Map<Integer, Stop> stops = new TreeMap<>();
    private @Nullable TokenCount usage;
    private String id = "";
    private boolean thinking;
    private boolean over;

    private record Call(String id, String name, StringBuilder arguments, @Nullable String signature) {}

    GeminiEventWriter(Presentation presentation) {
        this.presentation = presentation;
    }

    @Override
    public void write(ChatEvent event, ByteArrayOutputStream out) {
        if (over) {
            return;
        }
        try {
            step(event, out);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
    }

    private void step(ChatEvent event, ByteArrayOutputStream out) throws IOException {
        switch (event) {
            case ChatEvent.Begun start -> id = start.id();
            case ChatEvent.Text text -> text(text.choice(), text.text(), false, null, out);
            case ChatEvent.Declined text -> text(text.choice(), text.text(), false, null, out);
            case ChatEvent.Thought thought -> text(thought.choice(), thought.text(), true, null, out);
            case ChatEvent.ThoughtSignature seal -> text(seal.choice(), "", thinking, seal.signature(), out);
            case ChatEvent.ToolCallBegun call -> held(call.choice()).add(
                    new Call(call.id(), call.name(), new StringBuilder(), call.signature()));
            case ChatEvent.ToolArguments more -> {
                List<Call> held = held(more.choice());
                if (more.call() >= 0 && more.call() < held.size()) {
                    held.get(more.call()).arguments().append(more.json());
                }
            }
            case ChatEvent.Stopped stopped -> {
                calls(stopped.choice(), out);
                stops.put(stopped.choice(), stopped.stop());
            }
            case ChatEvent.Used used -> usage = used.usage();
            case ChatEvent.Foreign foreign -> {
                if (ContentsWriter.OWN_PARTS.contains(foreign.type())) {
                    foreign(foreign, out);
                }
            }
            case ChatEvent.Failed failed -> {
                over = true;
                out.writeBytes(DATA);
                out.write(GeminiErrors.body(failed.error()));
                out.writeBytes(EVENT_END);
            }
            case ChatEvent.Ended _ -> {
                over = true;
                last(out);
            }
            case ChatEvent.RedactedThought _,ChatEvent.Ping _ -> {
            }
        }
    }

    private List<Call> held(int choice) {
        return calls.computeIfAbsent(choice, _ -> new ArrayList<>());
    }

    private void text(int choice, String text, boolean thought, @Nullable String signature, ByteArrayOutputStream out)
            throws IOException {
        thinking = thought && signature == null;
        out.writeBytes(DATA);
        try (AnswerJson answer = new AnswerJson(out)) {
            answer.candidate();
            answer.text(text, thought, signature);
            answer.candidateEnd(null, choice);
            answer.end(null, presentation, id);
        }
        out.writeBytes(EVENT_END);
    }

    private void calls(int choice, ByteArrayOutputStream out) throws IOException {
        List<Call> held = calls.remove(choice);
        if (held == null) {
            return;
        }
        out.writeBytes(DATA);
        try (AnswerJson answer = new AnswerJson(out)) {
            answer.candidate();
            for (Call call : held) {
                answer.call(call.id(), call.name(), call.arguments().toString(), call.signature());
            }
            answer.candidateEnd(null, choice);
            answer.end(null, presentation, id);
        }
        out.writeBytes(EVENT_END);
    }

    private void foreign(ChatEvent.Foreign foreign, ByteArrayOutputStream out) throws IOException {
        out.writeBytes(DATA);
        try (AnswerJson answer = new AnswerJson(out)) {
            answer.candidate();
            answer.part(JsonTrees.text(foreign.json()));
            answer.candidateEnd(null, 0);
            answer.end(null, presentation, id);
        }
        out.writeBytes(EVENT_END);
    }

    private void last(ByteArrayOutputStream out) throws IOException {
        for (Integer choice : List.copyOf(calls.keySet())) {
            calls(choice, out);
        }
        out.writeBytes(DATA);
        try (AnswerJson answer = new AnswerJson(out)) {
            for (Map.Entry<Integer, Stop> stop : stops.entrySet()) {
                answer.candidate();
                answer.text("", false, null);
                answer.candidateEnd(FinishReasons.write(stop.getValue()), stop.getKey());
            }
            answer.end(usage, presentation, id);
        }
        out.writeBytes(EVENT_END);
    }
}
