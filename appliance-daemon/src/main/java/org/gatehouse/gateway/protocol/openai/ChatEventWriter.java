package org.gatehouse.gateway.protocol.openai;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.canonical.ChatReply.Stop;
import org.gatehouse.gateway.canonical.StopReason;
import org.gatehouse.gateway.canonical.TokenCount;
import org.gatehouse.gateway.protocol.EventWriter;
import org.gatehouse.gateway.protocol.Presentation;

import static org.gatehouse.gateway.protocol.openai.EventText.bytes;
import static org.gatehouse.gateway.protocol.openai.EventText.number;
import static org.gatehouse.gateway.protocol.openai.EventText.quoted;

/**
 * Writes {@code chat.completion.chunk}s. A choice's first chunk bears the role beside its first words, so nothing is written
 * before there are any. A call whose arguments never came gets {@code {}}: clients parse what they put together. Confined to
 * one thread.
 */
final class ChatEventWriter implements EventWriter {
    private static final byte[] INDEX = bytes("{\"index\":");
    private static final byte[] DELTA = bytes(",\"delta\":{");
    private static final byte[] ROLE = bytes("\"role\":\"assistant\",");
    private static final byte[] CONTENT = bytes("\"content\":");
    private static final byte[] REFUSAL = bytes("\"refusal\":");
    private static final byte[] REASONING = bytes("\"reasoning\":");
    private static final byte[] REASONING_CONTENT = bytes(",\"reasoning_content\":");
    private static final byte[] SIGNATURE = bytes(
            "\"reasoning_details\":[{\"type\":\"reasoning.text\",\"signature\":");
    private static final byte[] REDACTED = bytes("\"reasoning_details\":[{\"type\":\"reasoning.encrypted\",\"data\":");
    private static final byte[] END_DETAILS = bytes("}]");
    private static final byte[] CALL = bytes("\"tool_calls\":[{\"index\":");
    private static final byte[] CALL_ID = bytes(",\"id\":");
    private static final byte[] CALL_NAME = bytes(",\"type\":\"function\",\"function\":{\"name\":");
    private static final byte[] NO_ARGUMENTS = bytes(",\"arguments\":\"\"}");
    private static final byte[] SEAL = bytes(",\"extra_content\":{\"google\":{\"thought_signature\":");
    private static final byte[] END_SEAL = bytes("}}");
    private static final byte[] ARGUMENTS = bytes(",\"function\":{\"arguments\":");
    private static final byte[] END_ARGUMENTS = bytes("}}]");
    private static final byte[] FINISH = bytes("},\"finish_reason\":");
    private static final byte[] NATIVE = bytes(",\"native_finish_reason\":");
    private static final byte[] STOP_REASON = bytes(",\"stop_reason\":");
    private static final byte[] NULL = bytes("null");
    private static final byte[] END = bytes("}]}\n\n");
    private static final byte[] END_WITH_USAGE = bytes("}],\"usage\":null}\n\n");
    private static final byte[] PING = bytes(": keep-alive\n\n");
    private static final byte[] DONE = bytes("data: [DONE]\n\n");

    private final Presentation presentation;
    private final byte[] end;
    private final List<Choice> choices = new ArrayList<>();
    private byte[] head;
    private @Nullable TokenCount usage;
    private boolean over;

    ChatEventWriter(Presentation presentation) {
        this.presentation = presentation;
        this.head = head("");
        this.end = presentation.usageInStream() ? END_WITH_USAGE : END;
    }

    /** What all chunks of a stream begin with. */
    private byte[] head(String id) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(160);
        out.writeBytes(bytes("data: {\"id\":"));
        quoted(ChatReplyWriter.id(id, presentation), out);
        out.writeBytes(bytes(",\"object\":\"chat.completion.chunk\",\"created\":"));
        number(presentation.at().getEpochSecond(), out);
        out.writeBytes(bytes(",\"model\":"));
        quoted(presentation.model(), out);
        out.writeBytes(bytes(",\"choices\":["));
        return out.toByteArray();
    }

    @Override
    public void write(ChatEvent event, ByteArrayOutputStream out) {
        if (over) {
            return;
        }
        switch (event) {
            case ChatEvent.Begun begun -> head = choices.isEmpty() ? head(begun.id()) : head;
            case ChatEvent.Text text -> words(text.choice(), CONTENT, text.text(), out);
            case ChatEvent.Declined words -> words(words.choice(), REFUSAL, words.text(), out);
            case ChatEvent.Thought thought -> {
                if (begin(thought.choice(), out)) {
                    out.writeBytes(REASONING);
                    quoted(thought.text(), out);
                    out.writeBytes(REASONING_CONTENT);
                    quoted(thought.text(), out);
                    endDelta(out);
                }
            }
            case ChatEvent.ThoughtSignature seal -> details(seal.choice(), SIGNATURE, seal.signature(), out);
            case ChatEvent.RedactedThought thought -> details(thought.choice(), REDACTED, thought.data(), out);
            case ChatEvent.ToolCallBegun call -> call(call, out);
            case ChatEvent.ToolArguments arguments -> arguments(arguments, out);
            case ChatEvent.Stopped stopped -> stop(stopped.choice(), stopped.stop(), out);
            case ChatEvent.Used used -> usage = used.usage();
            case ChatEvent.Ping _ -> out.writeBytes(PING);
            case ChatEvent.Foreign _ -> {
            }
            case ChatEvent.Failed failed -> {
                over = true;
                out.writeBytes(bytes("data: "));
                EventText.generated(out, json -> {
                    json.writeStartObject();
                    json.writeFieldName("error");
                    EventText.error(failed.error(), json);
                    json.writeEndObject();
                });
                out.writeBytes(bytes("\n\n"));
            }
            case ChatEvent.Ended _ -> end(out);
        }
    }

    private Choice choice(int index) {
        while (choices.size() <= index) {
            choices.add(new Choice());
        }
        return choices.get(index);
    }

    /** Opens a chunk of a choice up to its delta's first field; false when the choice is done. */
    private boolean begin(int index, ByteArrayOutputStream out) {
        Choice choice = choice(index);
        if (choice.stopped) {
            return false;
        }
        out.writeBytes(head);
        out.writeBytes(INDEX);
        number(index, out);
        out.writeBytes(DELTA);
        if (!choice.begun) {
            choice.begun = true;
            out.writeBytes(ROLE);
        }
        return true;
    }

    private void endDelta(ByteArrayOutputStream out) {
        out.writeBytes(FINISH);
        out.writeBytes(NULL);
        out.writeBytes(end);
    }

    private void words(int index, byte[] field, String words, ByteArrayOutputStream out) {
        if (begin(index, out)) {
            out.writeBytes(field);
            quoted(words, out);
            endDelta(out);
        }
    }

    private void details(int index, byte[] field, String data, ByteArrayOutputStream out) {
        if (begin(index, out)) {
            out.writeBytes(field);
            quoted(data, out);
            out.writeBytes(END_DETAILS);
            endDelta(out);
        }
    }

    private void call(ChatEvent.ToolCallBegun call, ByteArrayOutputStream out) {
        if (begin(call.choice(), out)) {
            choice(call.choice()).withoutArguments.add(call.call());
            out.writeBytes(CALL);
            number(call.call(), out);
            out.writeBytes(CALL_ID);
            quoted(call.id(), out);
            out.writeBytes(CALL_NAME);
            quoted(call.name(), out);
            out.writeBytes(NO_ARGUMENTS);
            if (call.signature() != null) {
                out.writeBytes(SEAL);
                quoted(call.signature(), out);
                out.writeBytes(END_SEAL);
            }
            out.writeBytes(END_DETAILS);
            endDelta(out);
        }
    }

    private void arguments(ChatEvent.ToolArguments arguments, ByteArrayOutputStream out) {
        if (begin(arguments.choice(), out)) {
            Choice choice = choice(arguments.choice());
            if (!choice.withoutArguments.isEmpty()) {
                choice.withoutArguments.remove((Integer) arguments.call());
            }
            out.writeBytes(CALL);
            number(arguments.call(), out);
            out.writeBytes(ARGUMENTS);
            quoted(arguments.json(), out);
            out.writeBytes(END_ARGUMENTS);
            endDelta(out);
        }
    }

    private void stop(int index, Stop stop, ByteArrayOutputStream out) {
        Choice choice = choice(index);
        if (choice.stopped) {
            return;
        }
        for (int call : List.copyOf(choice.withoutArguments)) {
            arguments(new ChatEvent.ToolArguments(index, call, Arguments.NONE), out);
        }
        if (!choice.begun) {
            words(index, CONTENT, "", out);
        }
        begin(index, out);
        choice.stopped = true;
        out.writeBytes(FINISH);
        quoted(FinishReasons.write(stop.reason()), out);
        if (stop.nativeReason() != null) {
            out.writeBytes(NATIVE);
            quoted(stop.nativeReason(), out);
        }
        if (stop.sequence() != null) {
            out.writeBytes(STOP_REASON);
            quoted(stop.sequence(), out);
        }
        out.writeBytes(end);
    }

    private void end(ByteArrayOutputStream out) {
        for (int i = 0; i < choices.size(); i++) {
            if (choices.get(i).begun) {
                stop(i, Stop.of(StopReason.END), out);
            }
        }
        TokenCount told = usage;
        if (presentation.usageInStream() && told != null) {
            out.writeBytes(head);
            out.writeBytes(bytes("],\"usage\":"));
            EventText.generated(out, json -> UsageFields.writeChat(json, told));
            out.writeBytes(bytes("}\n\n"));
        }
        out.writeBytes(DONE);
        over = true;
    }

    /** How far a choice is. */
    private static final class Choice {
        private final List<Integer> withoutArguments = new ArrayList<>(1);
        private boolean begun;
        private boolean stopped;
    }
}
