package org.gatehouse.gateway.protocol.anthropic;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.canonical.ChatReply.Stop;
import org.gatehouse.gateway.protocol.BrokenAnswerException;
import org.gatehouse.gateway.protocol.EventReader;

/** Reads a stream of events. There is one choice, number 0. Types that it does not know are left out, as documented. */
final class AnthropicEventReader implements EventReader {
    private static final byte[] DONE = {'[', 'D', 'O', 'N', 'E', ']'};

    private final EventFields fields = new EventFields();
    private final Map<Integer, OpenBlock> open = new HashMap<>();
    private final Usage usage = new Usage();
    private boolean begun;
    private boolean stopped;
    private boolean over;
    private int calls;
    private boolean answered;

    @Override
    public void read(@Nullable String type, byte[] data, int from, int to, Consumer<ChatEvent> out)
            throws BrokenAnswerException {
        if (over || from >= to || isDone(data, from, to)) {
            return;
        }
        fields.read(type, data, from, to);
        if (fields.error() != null) {
            over = true;
            out.accept(new ChatEvent.Failed(ErrorReader.inStream(fields.error())));
            return;
        }
        switch (fields.type()) {
            case "content_block_delta" -> delta(out);
            case "content_block_start" -> blockStart(out);
            case "content_block_stop" -> blockStop(out);
            case "message_start" -> messageStart(out);
            case "message_delta" -> messageDelta(out);
            case "message_stop" -> {
                begin(out);
                stop(null, out);
                finish(out);
            }
            case "ping" -> out.accept(new ChatEvent.Ping());
            case "error" -> {
                over = true;
                out.accept(new ChatEvent.Failed(ErrorReader.inStream(Trees.object())));
            }
            default -> {
                // "New event types may be added": to be left out.
            }
        }
    }

    @Override
    public void end(Consumer<ChatEvent> out) {
        if (stopped && !over) {
            finish(out);
        }
    }

    /** What Anthropic never sends, and servers in front of OpenAI's protocol do. */
    private static boolean isDone(byte[] data, int from, int to) {
        return java.util.Arrays.equals(data, from, to, DONE, 0, DONE.length);
    }

    private void messageStart(Consumer<ChatEvent> out) throws BrokenAnswerException {
        JsonNode message = fields.message();
        if (message == null || begun) {
            throw new BrokenAnswerException("sent a message_start that starts nothing");
        }
        begun = true;
        out.accept(new ChatEvent.Begun(Trees.text(message, "id"), Trees.text(message, "model")));
        JsonNode report = Trees.field(message, "usage");
        if (report != null) {
            usage.setWithoutOutput(report);
            out.accept(new ChatEvent.Used(usage.count(), false));
        }
    }

    private void begin(Consumer<ChatEvent> out) {
        if (!begun) {
            begun = true;
            out.accept(new ChatEvent.Begun("", ""));
        }
    }

    private void blockStart(Consumer<ChatEvent> out) throws BrokenAnswerException {
        JsonNode block = fields.block();
        if (block == null) {
            throw new BrokenAnswerException("sent a content_block_start without a block");
        }
        begin(out);
        OpenBlock started = OpenBlock.of(block, calls);
        if (started.isCall()) {
            calls++;
        }
        answered |= started.isAnswer();
        if (open.put(fields.index(), started) != null) {
            throw new BrokenAnswerException("started a block anew that is not stopped");
        }
        started.start(block, out);
    }

    private void delta(Consumer<ChatEvent> out) throws BrokenAnswerException {
        OpenBlock block = open.get(fields.index());
        if (block == null) {
            throw new BrokenAnswerException("sent a piece of a block that is not open");
        }
        block.delta(fields.deltaType(), fields.payload(), out);
    }

    private void blockStop(Consumer<ChatEvent> out) {
        OpenBlock block = open.remove(fields.index());
        if (block != null) {
            block.stop(out);
        }
    }

    /** Its usage is cumulative: it replaces what was reported before. */
    private void messageDelta(Consumer<ChatEvent> out) {
        begin(out);
        if (fields.usage() != null) {
            usage.set(fields.usage());
        }
        if (fields.stopReason() != null) {
            stop(fields.stopReason(), out);
        }
        if (fields.usage() != null) {
            out.accept(new ChatEvent.Used(usage.count(), stopped));
        }
    }

    private void stop(@Nullable String reason, Consumer<ChatEvent> out) {
        if (stopped) {
            return;
        }
        for (OpenBlock block : open.values()) {
            block.stop(out);
        }
        open.clear();
        stopped = true;
        Stop stop = ReplyReader.stop(reason == null ? "" : reason, fields.stopSequence(), calls > 0, answered);
        out.accept(new ChatEvent.Stopped(0, stop));
    }

    private void finish(Consumer<ChatEvent> out) {
        over = true;
        out.accept(new ChatEvent.Ended());
    }
}
