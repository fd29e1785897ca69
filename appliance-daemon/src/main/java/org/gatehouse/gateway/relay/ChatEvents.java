package org.gatehouse.gateway.relay;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.metering.CallMeter;
import org.gatehouse.gateway.metering.UsageReader;

import static org.gatehouse.gateway.metering.JsonBytes.endOfString;
import static org.gatehouse.gateway.metering.JsonBytes.endOfValue;
import static org.gatehouse.gateway.metering.JsonBytes.indexOf;
import static org.gatehouse.gateway.metering.JsonBytes.lastIndexOf;
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
    private static final byte[] ID = name("id");
    private static final byte[] CREATED = name("created");
    private static final byte[] MODEL = name("model");
    private static final byte[][] TEXTS = {name("content"), name("text"), name("reasoning"), name("reasoning_content"),
            name("arguments")};

    private final boolean chat;
    private final boolean hideUsage;
    private final boolean hideRunningUsage;
    private final boolean runningUsage;
    private final int choices;
    private final BitSet finished = new BitSet();
    private byte @Nullable [] opening;

    /**
     * Starts a stream.
     *
     * @param chat chat chunks rather than text completions
     * @param hideUsage the client did not ask for the final usage chunk
     * @param hideRunningUsage the client did not ask for usage in each chunk
     * @param runningUsage the upstream reports usage in each chunk
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
        if (!data.looksLikeObject()) {
            return new Look.Broken();
        }
        byte[] bytes = data.bytes();
        int from = data.from();
        int to = data.to();
        int choicesAt = indexOf(bytes, from, to, CHOICES);
        if (choicesAt < 0) {
            return indexOf(bytes, from, to, ERROR) >= 0 ? new Look.Failed() : Look.PASS;
        }
        if (opening == null) {
            opening = head(bytes, from, to);
        }
        int list = valueAfter(bytes, choicesAt + CHOICES.length, to);
        boolean noChoices = list + 1 < to && bytes[list] == '[' && isClosed(bytes, list + 1, to);
        if (!noChoices) {
            choice(bytes, list, to, meter);
        }
        return usage(data, list, noChoices, meter);
    }

    private void choice(byte[] bytes, int list, int to, CallMeter meter) {
        int finish = indexOf(bytes, list, to, FINISH_REASON);
        if (finish >= 0) {
            int value = valueAfter(bytes, finish + FINISH_REASON.length, to);
            if (value < to && bytes[value] == '"') {
                finished.set((int) Math.max(0, Math.min(127, number(bytes, list, to, INDEX))));
            }
        }
        if (!runningUsage) {
            boolean content = false;
            for (byte[] text : TEXTS) {
                content |= text(bytes, list, to, text, meter);
            }
            if (content) {
                meter.contentEvent();
            }
        }
    }

    private static boolean text(byte[] bytes, int from, int to, byte[] field, CallMeter meter) {
        boolean content = false;
        for (int at = indexOf(bytes, from, to, field); at >= 0; at = indexOf(bytes, at + field.length, to, field)) {
            int value = valueAfter(bytes, at + field.length, to);
            if (value < to && bytes[value] == '"') {
                int end = endOfString(bytes, value, to);
                if (end > value + 2) {
                    meter.text(bytes, value + 1, end - 1);
                    content = true;
                }
            }
        }
        return content;
    }

    private Look usage(EventData data, int list, boolean noChoices, CallMeter meter) {
        byte[] bytes = data.bytes();
        int at = lastIndexOf(bytes, data.from(), data.to(), USAGE);
        if (at < 0) {
            return Look.PASS;
        }
        int value = valueAfter(bytes, at + USAGE.length, data.to());
        int end = endOfValue(bytes, value, data.to());
        if (end < 0) {
            return Look.PASS;
        }
        if (bytes[value] != '{') {
            return hideUsage && data.inPlace() ? without(bytes, at, end, data) : Look.PASS;
        }
        if (noChoices || !runningUsage) {
            UsageReader.read(bytes, value, end).ifPresent(meter::reported);
        }
        if (runningUsage && !noChoices) {
            long input = number(bytes, value, end, PROMPT_TOKENS);
            long output = number(bytes, value, end, COMPLETION_TOKENS);
            if (input >= 0 && output >= 0) {
                meter.running(input, output, (int) Math.max(0, number(bytes, list, at, INDEX)));
            }
        }
        if (noChoices) {
            return hideUsage ? Look.DROP : Look.PASS;
        }
        boolean hide = runningUsage ? hideRunningUsage : hideUsage;
        return hide && data.inPlace() ? without(bytes, at, end, data) : Look.PASS;
    }

    /** The field with the comma that goes with it. */
    private static Look without(byte[] bytes, int at, int end, EventData data) {
        int before = at - 1;
        while (before > data.from() && bytes[before] <= ' ') {
            before--;
        }
        if (bytes[before] == ',') {
            return new Look.Pass(before, end);
        }
        int after = end;
        while (after < data.to() && bytes[after] <= ' ') {
            after++;
        }
        return new Look.Pass(at, after < data.to() && bytes[after] == ',' ? after + 1 : end);
    }

    private static boolean isClosed(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && bytes[at] <= ' ') {
            at++;
        }
        return at < to && bytes[at] == ']';
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
            long output = meter.total().outputTokens();
            events.append("data: {").append(head).append("\"choices\":[],\"usage\":{\"prompt_tokens\":").append(input)
                    .append(",\"completion_tokens\":").append(output).append(",\"total_tokens\":")
                    .append(input + output)
                    .append("}}\n\n");
        }
        return events.append("data: [DONE]\n\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The fields that every chunk of the stream repeats, as the upstream wrote them. */
    private byte[] head(byte[] bytes, int from, int to) {
        StringBuilder head = new StringBuilder(160);
        for (byte[] field : new byte[][]{ID, CREATED, MODEL}) {
            int at = indexOf(bytes, from, to, field);
            if (at >= 0) {
                int value = valueAfter(bytes, at + field.length, to);
                int end = endOfValue(bytes, value, to);
                if (end > value) {
                    head.append(new String(bytes, at, field.length, StandardCharsets.UTF_8)).append(':')
                            .append(new String(bytes, value, end - value, StandardCharsets.UTF_8)).append(',');
                }
            }
        }
        head.append("\"object\":\"").append(chat ? "chat.completion.chunk" : "text_completion").append("\",");
        return head.toString().getBytes(StandardCharsets.UTF_8);
    }
}
