package org.gatehouse.gateway.protocol.anthropic;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.canonical.ChatReply.Stop;
import org.gatehouse.gateway.canonical.ProviderError;
import org.gatehouse.gateway.canonical.StopReason;
import org.gatehouse.gateway.canonical.TokenCount;
import org.gatehouse.gateway.protocol.EventWriter;
import org.gatehouse.gateway.protocol.Presentation;
import org.gatehouse.gateway.protocol.ToolIds;

/**
 * Writes a stream of events: {@code message_start} with the first thing that a client sees, blocks one after the other,
 * then {@code message_delta} and {@code message_stop}. The usage stands in the {@code message_delta}, which waits for the
 * end, because other protocols report it behind everything else. Choices but the first are left out: no client of this
 * protocol can ask for them.
 */
final class AnthropicEventWriter implements EventWriter {
    private static final byte[] PING = ascii("event: ping\ndata: {\"type\":\"ping\"}\n\n");
    private static final byte[] BLOCK_START = ascii(
            "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":");
    private static final byte[] START_TEXT = ascii(",\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n");
    private static final byte[] START_THINKING = ascii(
            ",\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}}\n\n");
    private static final byte[] START_REDACTED = ascii(",\"content_block\":{\"type\":\"redacted_thinking\",\"data\":");
    private static final byte[] START_CALL = ascii(",\"content_block\":{\"type\":\"tool_use\",\"id\":");
    private static final byte[] CALL_NAME = ascii(",\"name\":");
    private static final byte[] CALL_INPUT = ascii(",\"input\":{}}}\n\n");
    private static final byte[] DELTA = ascii(
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":");
    private static final byte[] TEXT_DELTA = ascii(",\"delta\":{\"type\":\"text_delta\",\"text\":");
    private static final byte[] THINKING_DELTA = ascii(",\"delta\":{\"type\":\"thinking_delta\",\"thinking\":");
    private static final byte[] SIGNATURE_DELTA = ascii(",\"delta\":{\"type\":\"signature_delta\",\"signature\":");
    private static final byte[] JSON_DELTA = ascii(",\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":");
    private static final byte[] END_INNER = ascii("}}\n\n");
    private static final byte[] BLOCK_STOP = ascii(
            "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":");
    private static final byte[] END = ascii("}\n\n");
    private static final byte[] MESSAGE_STOP = ascii("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");

    private final Presentation presentation;
    private final EventText text = new EventText();
    /** The first one is started, the others wait for their turn. */
    private final Deque<PendingBlock> blocks = new ArrayDeque<>(2);

    private String id = "";
    private @Nullable TokenCount usage;
    private @Nullable Stop stop;
    private boolean started;
    private boolean over;
    private boolean called;
    private int index;

    AnthropicEventWriter(Presentation presentation) {
        this.presentation = presentation;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void write(ChatEvent event, ByteArrayOutputStream out) {
        if (over) {
            return;
        }
        switch (event) {
            case ChatEvent.Text piece when piece.choice() == 0 -> piece(PendingBlock.Kind.TEXT, piece.text());
            case ChatEvent.Declined piece when piece.choice() == 0 -> piece(PendingBlock.Kind.TEXT, piece.text());
            case ChatEvent.Thought piece when piece.choice() == 0 -> piece(PendingBlock.Kind.THINKING, piece.text());
            case ChatEvent.ThoughtSignature seal when seal.choice() == 0 -> seal(seal.signature());
            case ChatEvent.RedactedThought hidden when hidden.choice() == 0 ->
                queue(PendingBlock.redacted(hidden.data()));
            case ChatEvent.ToolCallBegun call when call.choice() == 0 -> {
                called = true;
                queue(PendingBlock.call(call.call(), ToolIds.write(call.id()), call.name()));
            }
            case ChatEvent.ToolArguments arguments when arguments.choice() == 0 -> arguments(arguments);
            case ChatEvent.Stopped stopped when stopped.choice() == 0 -> stop = stop == null ? stopped.stop() : stop;
            case ChatEvent.Begun begun -> id = begun.id();
            case ChatEvent.Used used -> usage = used.usage();
            case ChatEvent.Ping _ -> text.raw(PING);
            case ChatEvent.Failed failed -> fail(failed.error());
            case ChatEvent.Ended _ -> end();
            case ChatEvent.Text _,ChatEvent.Declined _,ChatEvent.Thought _,ChatEvent.ThoughtSignature _,ChatEvent.RedactedThought _,ChatEvent.ToolCallBegun _,ChatEvent.ToolArguments _,ChatEvent.Stopped _ -> {
                // Of another choice.
            }
            case ChatEvent.Foreign _ -> {
                // Of another protocol.
            }
        }
        text.flush(out);
    }

    private void piece(PendingBlock.Kind kind, String piece) {
        if (piece.isEmpty()) {
            return;
        }
        PendingBlock last = blocks.peekLast();
        if (last == null || last.kind() != kind || last.signature() != null) {
            last = kind == PendingBlock.Kind.TEXT ? PendingBlock.text() : PendingBlock.thinking();
            queue(last);
        }
        if (last == blocks.peekFirst()) {
            delta(last, piece);
        } else {
            last.keep(piece);
        }
    }

    /** A seal belongs to the thoughts right before it; where there are none to see, it makes an empty block. */
    private void seal(String signature) {
        PendingBlock last = blocks.peekLast();
        if (last == null || last.kind() != PendingBlock.Kind.THINKING || last.signature() != null) {
            last = PendingBlock.thinking();
            queue(last);
        }
        last.seal(signature);
        if (last == blocks.peekFirst()) {
            signature(signature);
        }
    }

    private void arguments(ChatEvent.ToolArguments arguments) {
        for (PendingBlock block : blocks) {
            if (block.call() == arguments.call()) {
                block.follow(arguments.json());
                if (block == blocks.peekFirst()) {
                    delta(block, arguments.json());
                    advance();
                } else {
                    block.keep(arguments.json());
                }
                return;
            }
        }
        // Behind its whole object nothing of a call means anything.
    }

    private void queue(PendingBlock block) {
        blocks.add(block);
        if (blocks.size() == 1) {
            start(block);
        } else {
            advance();
        }
    }

    /** Stops the open block when it is complete and others wait, and lets the next one start. */
    private void advance() {
        while (blocks.size() > 1 && blocks.getFirst().complete()) {
            next();
        }
    }

    private void next() {
        stop(blocks.removeFirst());
        PendingBlock next = blocks.peekFirst();
        if (next != null) {
            start(next);
        }
    }

    private void start(PendingBlock block) {
        messageStart();
        text.raw(BLOCK_START).number(index);
        switch (block.kind()) {
            case TEXT -> text.raw(START_TEXT);
            case THINKING -> text.raw(START_THINKING);
            case REDACTED -> text.raw(START_REDACTED).quoted(block.id()).raw(END_INNER);
            case CALL ->
                text.raw(START_CALL).quoted(block.id()).raw(CALL_NAME).quoted(block.name()).raw(CALL_INPUT);
        }
        String kept = block.takeKept();
        if (!kept.isEmpty()) {
            delta(block, kept);
        }
        String signature = block.signature();
        if (signature != null) {
            signature(signature);
        }
    }

    private void delta(PendingBlock block, String piece) {
        if (piece.isEmpty()) {
            return;
        }
        text.raw(DELTA).number(index).raw(switch (block.kind()) {
            case TEXT, REDACTED -> TEXT_DELTA;
            case THINKING -> THINKING_DELTA;
            case CALL -> JSON_DELTA;
        }).quoted(piece).raw(END_INNER);
    }

    private void signature(String signature) {
        text.raw(DELTA).number(index).raw(SIGNATURE_DELTA).quoted(signature).raw(END_INNER);
    }

    private void stop(PendingBlock block) {
        if (block.kind() == PendingBlock.Kind.CALL && !block.filled()) {
            // The client libraries parse what the deltas add up to.
            delta(block, "{}");
        }
        text.raw(BLOCK_STOP).number(index).raw(END);
        index++;
    }

    private void messageStart() {
        if (started) {
            return;
        }
        started = true;
        ObjectNode event = Trees.object().put("type", "message_start");
        ObjectNode message = event.putObject("message").put("id", ReplyWriter.id(id, presentation))
                .put("type", "message").put("role", "assistant").put("model", presentation.model());
        message.putArray("content");
        message.putNull("stop_reason").putNull("stop_sequence");
        TokenCount so = usage == null ? ReplyWriter.guess(presentation) : usage;
        Usage.write(new TokenCount(so.input(), so.cachedInput(), so.cacheWrites(), so.longCacheWrites(), 0, 0),
                message.putObject("usage"));
        event("message_start", event);
    }

    private void end() {
        over = true;
        messageStart();
        while (!blocks.isEmpty()) {
            next();
        }
        Stop how = Objects.requireNonNullElse(stop, Stop.of(called ? StopReason.TOOL_CALLS : StopReason.END));
        String reason = StopReasons.write(how, called);
        ObjectNode event = Trees.object().put("type", "message_delta");
        event.putObject("delta").put("stop_reason", reason).put("stop_sequence",
                reason.equals("stop_sequence") ? how.sequence() : null);
        Usage.write(usage == null ? ReplyWriter.guess(presentation) : usage, event.putObject("usage"));
        event("message_delta", event);
        text.raw(MESSAGE_STOP);
    }

    private void fail(ProviderError error) {
        over = true;
        ObjectNode event = Trees.object().put("type", "error");
        event.putObject("error").put("type", ErrorTypes.of(error.cause())).put("message", error.message());
        event("error", event);
    }

    private void event(String type, ObjectNode data) {
        text.raw(ascii("event: " + type + "\ndata: ")).raw(Trees.bytes(data)).raw(ascii("\n\n"));
    }
}
