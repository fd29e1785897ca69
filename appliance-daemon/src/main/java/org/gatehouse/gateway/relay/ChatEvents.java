package org.gatehouse.gateway.relay;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.metering.CallMeter;
import org.gatehouse.gateway.metering.JsonBytes;
import org.gatehouse.gateway.metering.JsonCursor;
import org.gatehouse.gateway.metering.UsageReader;

import static org.gatehouse.gateway.metering.JsonBytes.endOfValue;
import static org.gatehouse.gateway.metering.JsonBytes.indexOf;
import static org.gatehouse.gateway.metering.JsonBytes.name;
import static org.gatehouse.gateway.metering.JsonBytes.number;
import static org.gatehouse.gateway.metering.JsonBytes.valueAfter;

/**
 * The events of {@code /v1/chat/completions} and {@code /v1/completions}: chunks with {@code choices}, at the end one
 * with {@code usage} and no choices if asked for, then {@code [DONE]}.
 *
 * <p>Usage that the gateway asked for and the client did not is taken out again: the final chunk, the running reports in
 * each chunk (vLLM's {@code continuous_usage_stats}), and the {@code "usage":null} that OpenAI then adds to each.
 */
final class ChatEvents implements StreamGrammar {
    private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DONE_EVENT = "data: [DONE]\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] CHOICES = name("choices");
    private static final byte[] ERROR = name("error");
    private static final byte[] USAGE = name("usage");
    private static final byte[] PROMPT_TOKENS = name("prompt_tokens");
    private static final byte[] COMPLETION_TOKENS = name("completion_tokens");
    private static final byte[] FINISH_REASON = name("finish_reason");
    private static final byte[] INDEX = name("index");
    private static final byte[] DELTA = name("delta");
    private static final byte[] TEXT = name("text");
    private static final byte[] TOOL_CALLS = name("tool_calls");
    private static final byte[][] HEAD = {name("id"), name("created"), name("model")};
    /** What a chat delta carries that the model produced. */
    private static final byte[][] PRODUCED = {name("content"), name("reasoning"), name("reasoning_content"),
            name("refusal"), name("arguments")};

    private final boolean chat;
    private final boolean hideUsage;
    private final boolean hideRunningUsage;
    private final boolean runningUsage;
    private final int choices;
    private final BitSet finished = new BitSet();
    private byte @Nullable [] opening;
    private boolean begun;

    /**
     * Starts a stream.
     *
     * @param chat chat chunks rather than text completions
     * @param hideUsage the client did not ask for the final usage chunk
     * @param hideRunningUsage the client did not ask for usage in each chunk
     * @param runningUsage the upstream was asked to report usage in each chunk
     * @param choices how many answers the stream carries
     */
    ChatEvents(boolean chat, boolean hideUsage, boolean hideRunningUsage, boolean runningUsage, int choices) {
        this.chat = chat;
        this.hideUsage = hideUsage;
        this.hideRunningUsage = hideRunningUsage;
        this.runningUsage = runningUsage;
        this.choices = choices;
    }

    @Override
    public Look look(EventData data, CallMeter meter) {
        if (data.is(DONE)) {
            return Look.LAST;
        }
        Chunk chunk = new Chunk(data.bytes());
        if (!chunk.read(data.from(), data.to())) {
            return new Look.Broken();
        }
        if (chunk.failed) {
            return Look.Failed.AS_IT_IS;
        }
        if (opening == null && chunk.choicesFrom > 0) {
            opening = head(data);
        }
        int choice = choices(data.bytes(), chunk);
        boolean told = runningUsage && choice >= 0 && running(data.bytes(), chunk, choice, meter);
        if (choice >= 0 && !told) {
            produced(data.bytes(), chunk, meter);
        }
        begun = begun || choice >= 0 && begins(data.bytes(), chunk.choicesFrom, chunk.choicesTo);
        return chunk.usageFrom > 0 ? usage(data, chunk, choice < 0, meter) : Look.PASS;
    }

    /** Whether there is more in it than whose turn it is. */
    private boolean begins(byte[] bytes, int from, int to) {
        if (!chat || !finished.isEmpty() || indexOf(bytes, from, to, TOOL_CALLS) >= 0) {
            return true;
        }
        for (byte[] field : PRODUCED) {
            for (int at = indexOf(bytes, from, to, field); at >= 0; at = indexOf(bytes, at + field.length, to, field)) {
                int value = valueAfter(bytes, at + field.length, to);
                if (bytes[value] == '"' && endOfValue(bytes, value, to) > value + 2) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public boolean begun() {
        return begun;
    }

    /** Where in an event the fields of interest stand; 0 where one does not. */
    private static final class Chunk {
        private final byte[] bytes;
        private int choicesFrom;
        private int choicesTo;
        private int usageName;
        private int usageFrom;
        private int usageTo;
        private boolean failed;

        private Chunk(byte[] bytes) {
            this.bytes = bytes;
        }

        /** False when it is no JSON object. */
        private boolean read(int from, int to) {
            JsonCursor fields = JsonCursor.fields(bytes, from, to);
            while (fields.next()) {
                if (fields.is(CHOICES)) {
                    choicesFrom = fields.from();
                    choicesTo = fields.to();
                } else if (fields.is(USAGE)) {
                    usageName = fields.nameFrom();
                    usageFrom = fields.from();
                    usageTo = fields.to();
                } else if (fields.is(ERROR)) {
                    failed = fields.kind() != 'n';
                }
            }
            return !fields.broken() && JsonBytes.skipSpace(bytes, fields.to(), to) == to;
        }
    }

    /** Notes which choices have finished; returns the index of the last one in the event, or -1 when there is none. */
    private int choices(byte[] bytes, Chunk chunk) {
        int last = -1;
        if (chunk.choicesFrom > 0 && bytes[chunk.choicesFrom] == '[') {
            JsonCursor items = JsonCursor.items(bytes, chunk.choicesFrom, chunk.choicesTo);
            while (items.next()) {
                last = choice(bytes, items.from(), items.to());
            }
        }
        return last;
    }

    private int choice(byte[] bytes, int from, int to) {
        int index = 0;
        boolean finish = false;
        JsonCursor fields = JsonCursor.fields(bytes, from, to);
        while (fields.next()) {
            if (fields.is(INDEX)) {
                index = (int) Math.clamp(fields.number(), 0, choices - 1);
            } else if (fields.is(FINISH_REASON)) {
                finish = fields.kind() == '"';
            }
        }
        if (finish) {
            finished.set(index);
        }
        return index;
    }

    /** Takes the running report of one choice; false when there is none or none to be believed. */
    private static boolean running(byte[] bytes, Chunk chunk, int choice, CallMeter meter) {
        if (chunk.usageFrom == 0 || bytes[chunk.usageFrom] != '{') {
            return false;
        }
        long input = number(bytes, chunk.usageFrom, chunk.usageTo, PROMPT_TOKENS);
        long output = number(bytes, chunk.usageFrom, chunk.usageTo, COMPLETION_TOKENS);
        return meter.running(input, output, choice);
    }

    /** Tells the meter what was produced, of which nobody says how many tokens it is. */
    private static void produced(byte[] bytes, Chunk chunk, CallMeter meter) {
        JsonCursor items = JsonCursor.items(bytes, chunk.choicesFrom, chunk.choicesTo);
        while (items.next()) {
            boolean content = false;
            JsonCursor fields = JsonCursor.fields(bytes, items.from(), items.to());
            while (fields.next()) {
                if (fields.is(DELTA)) {
                    content |= produced(bytes, fields.from(), fields.to(), meter);
                } else if (fields.is(TEXT)) {
                    content |= text(bytes, fields.from(), fields.to(), meter);
                }
            }
            if (content) {
                meter.contentEvent();
            }
        }
    }

    /** Searched for at any depth: arguments stand inside of tool calls. */
    private static boolean produced(byte[] bytes, int from, int to, CallMeter meter) {
        boolean content = false;
        for (byte[] field : PRODUCED) {
            for (int at = indexOf(bytes, from, to, field); at >= 0; at = indexOf(bytes, at + field.length, to, field)) {
                int value = valueAfter(bytes, at + field.length, to);
                content |= text(bytes, value, endOfValue(bytes, value, to), meter);
            }
        }
        return content;
    }

    /** Tells the meter of a string that is not empty; false for anything else. */
    private static boolean text(byte[] bytes, int from, int to, CallMeter meter) {
        if (to <= from + 2 || bytes[from] != '"') {
            return false;
        }
        meter.text(bytes, from + 1, to - 1);
        return true;
    }

    private Look usage(EventData data, Chunk chunk, boolean noChoices, CallMeter meter) {
        byte[] bytes = data.bytes();
        if (bytes[chunk.usageFrom] != '{') {
            return hideUsage ? without(data, chunk) : Look.PASS;
        }
        if (noChoices || !runningUsage) {
            UsageReader.read(bytes, chunk.usageFrom, chunk.usageTo).ifPresent(meter::reported);
        }
        if (noChoices) {
            return hideUsage ? Look.DROP : Look.PASS;
        }
        return (runningUsage ? hideRunningUsage : hideUsage) ? without(data, chunk) : Look.PASS;
    }

    /** The usage field with the comma that goes with it. */
    private static Look without(EventData data, Chunk chunk) {
        byte[] bytes = data.bytes();
        int before = chunk.usageName - 1;
        while (before > data.from() && bytes[before] <= ' ') {
            before--;
        }
        if (bytes[before] == ',') {
            return new Look.Pass(before, chunk.usageTo);
        }
        int after = JsonBytes.skipSpace(bytes, chunk.usageTo, data.to());
        return new Look.Pass(chunk.usageName, after < data.to() && bytes[after] == ',' ? after + 1 : chunk.usageTo);
    }

    @Override
    public boolean complete() {
        return finished.cardinality() >= choices;
    }

    @Override
    public byte[] endMark() {
        return DONE_EVENT;
    }

    @Override
    public byte[] earlyEnd(CallMeter meter) {
        StringBuilder events = new StringBuilder(512);
        String head = opening == null ? "" : new String(opening, StandardCharsets.UTF_8);
        for (int index = 0; index < choices; index++) {
            if (!finished.get(index)) {
                events.append("data: {").append(head).append("\"choices\":[{\"index\":").append(index)
                        .append(chat ? ",\"delta\":{}" : ",\"text\":\"\"")
                        .append(",\"logprobs\":null,\"finish_reason\":\"length\"}]}\n\n");
            }
        }
        if (!hideUsage) {
            long input = meter.inputSoFar();
            long output = meter.outputSoFar();
            events.append("data: {").append(head).append("\"choices\":[],\"usage\":{\"prompt_tokens\":").append(input)
                    .append(",\"completion_tokens\":").append(output).append(",\"total_tokens\":")
                    .append(input + output)
                    .append("}}\n\n");
        }
        return events.append("data: [DONE]\n\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The fields that every chunk of the stream repeats, as the upstream wrote them. */
    private byte[] head(EventData data) {
        StringBuilder head = new StringBuilder(160);
        JsonCursor fields = JsonCursor.fields(data.bytes(), data.from(), data.to());
        while (fields.next()) {
            for (byte[] field : HEAD) {
                if (fields.is(field)) {
                    head.append(new String(data.bytes(), fields.nameFrom(), fields.to() - fields.nameFrom(),
                            StandardCharsets.UTF_8)).append(',');
                }
            }
        }
        head.append("\"object\":\"").append(chat ? "chat.completion.chunk" : "text_completion").append("\",");
        return head.toString().getBytes(StandardCharsets.UTF_8);
    }
}
