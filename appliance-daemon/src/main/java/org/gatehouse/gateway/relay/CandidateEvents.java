package org.gatehouse.gateway.relay;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;

import org.gatehouse.gateway.metering.CallMeter;
import org.gatehouse.gateway.metering.JsonBytes;
import org.gatehouse.gateway.metering.JsonCursor;
import org.gatehouse.gateway.metering.UsageReader;

import static org.gatehouse.gateway.metering.JsonBytes.name;

/**
 * The events of Gemini's {@code :streamGenerateContent}: each is a whole response with the next piece of its candidates.
 * Nothing marks the end but the end of the stream, so what comes from the last finish reason on is held until then.
 */
final class CandidateEvents implements StreamGrammar {
    private static final byte[] CANDIDATES = name("candidates");
    private static final byte[] INDEX = name("index");
    private static final byte[] FINISH_REASON = name("finishReason");
    private static final byte[] PROMPT_FEEDBACK = name("promptFeedback");
    private static final byte[] BLOCK_REASON = name("blockReason");
    private static final byte[] USAGE = name("usageMetadata");
    private static final byte[] ERROR = name("error");
    private static final byte[] TEXT = name("text");
    private static final byte[] FUNCTION_CALL = name("functionCall");
    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);

    private final int choices;
    private final BitSet finished = new BitSet();
    private final ByteArrayOutputStream end = new ByteArrayOutputStream(0);
    private boolean begun;
    private boolean blocked;

    /**
     * Starts a stream.
     *
     * @param choices how many answers it carries
     */
    CandidateEvents(int choices) {
        this.choices = choices;
    }

    @Override
    public Look look(EventData data, CallMeter meter) {
        byte[] bytes = data.bytes();
        JsonCursor fields = JsonCursor.fields(bytes, data.from(), data.to());
        while (fields.next()) {
            if (fields.is(CANDIDATES) && fields.kind() == '[') {
                candidates(bytes, fields.from(), fields.to(), meter);
            } else if (fields.is(USAGE)) {
                UsageReader.read(bytes, fields.from(), fields.to()).ifPresent(meter::reported);
            } else if (fields.is(PROMPT_FEEDBACK)) {
                blocked |= JsonBytes.indexOf(bytes, fields.from(), fields.to(), BLOCK_REASON) >= 0;
            } else if (fields.is(ERROR)) {
                return Look.Failed.AS_IT_IS;
            }
        }
        if (fields.broken() || JsonBytes.skipSpace(bytes, fields.to(), data.to()) != data.to()) {
            return new Look.Broken();
        }
        if (!complete()) {
            return Look.PASS;
        }
        begun = true;
        end.write(DATA, 0, DATA.length);
        EventData line = data.onOneLine();
        end.write(line.bytes(), line.from(), line.to() - line.from());
        end.write('\n');
        end.write('\n');
        return Look.DROP;
    }

    private void candidates(byte[] bytes, int from, int to, CallMeter meter) {
        JsonCursor items = JsonCursor.items(bytes, from, to);
        while (items.next()) {
            int index = 0;
            boolean finish = false;
            JsonCursor fields = JsonCursor.fields(bytes, items.from(), items.to());
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
            produced(bytes, items.from(), items.to(), meter);
        }
    }

    private void produced(byte[] bytes, int from, int to, CallMeter meter) {
        for (int at = JsonBytes.indexOf(bytes, from, to, TEXT); at >= 0; at = JsonBytes.indexOf(bytes,
                at + TEXT.length, to, TEXT)) {
            int value = JsonBytes.valueAfter(bytes, at + TEXT.length, to);
            int valueEnd = JsonBytes.endOfValue(bytes, value, to);
            if (bytes[value] == '"' && valueEnd > value + 2) {
                meter.text(bytes, value + 1, valueEnd - 1);
                meter.contentEvent();
                begun = true;
            }
        }
        if (JsonBytes.indexOf(bytes, from, to, FUNCTION_CALL) >= 0) {
            meter.contentEvent();
            begun = true;
        }
    }

    @Override
    public boolean begun() {
        return begun;
    }

    @Override
    public boolean complete() {
        return blocked || finished.cardinality() >= choices;
    }

    @Override
    public byte[] earlyEnd(CallMeter meter) {
        StringBuilder events = new StringBuilder(256);
        for (int index = 0; index < choices; index++) {
            if (!finished.get(index)) {
                events.append("data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"\"}]},")
                        .append("\"finishReason\":\"MAX_TOKENS\",\"index\":").append(index)
                        .append("}],\"usageMetadata\":{\"promptTokenCount\":").append(meter.inputSoFar())
                        .append(",\"candidatesTokenCount\":").append(meter.outputSoFar())
                        .append(",\"totalTokenCount\":").append(meter.inputSoFar() + meter.outputSoFar())
                        .append("}}\n\n");
            }
        }
        return events.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] endMark() {
        return end.toByteArray();
    }
}
