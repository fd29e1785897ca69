package org.gatehouse.gateway.relay;

import java.nio.charset.StandardCharsets;

import org.gatehouse.gateway.metering.CallMeter;
import org.gatehouse.gateway.metering.UsageReader;

import static org.gatehouse.gateway.metering.JsonBytes.endOfString;
import static org.gatehouse.gateway.metering.JsonBytes.endOfValue;
import static org.gatehouse.gateway.metering.JsonBytes.indexOf;
import static org.gatehouse.gateway.metering.JsonBytes.lastIndexOf;
import static org.gatehouse.gateway.metering.JsonBytes.name;
import static org.gatehouse.gateway.metering.JsonBytes.valueAfter;

/**
 * Events that name their type: {@code /v1/responses}, and the streamed forms of transcription, speech and pictures.
 * Types that are not known are passed on untouched; exactly one type ends the stream.
 */
final class TypedEvents implements StreamGrammar {
    private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TYPE = name("type");
    private static final byte[] USAGE = name("usage");
    private static final byte[] DELTA = name("delta");
    private static final byte[] ERROR = name("error");

    private boolean complete;

    @Override
    public Look look(EventData data, CallMeter meter) {
        if (data.is(DONE)) {
            return complete ? Look.DROP : Look.LAST;
        }
        if (!data.looksLikeObject()) {
            return new Look.Broken();
        }
        byte[] bytes = data.bytes();
        String type = type(bytes, data.from(), data.to());
        return switch (type) {
            case "response.completed", "response.incomplete", "transcript.text.done", "speech.audio.done",
                    "image_generation.completed", "image_edit.completed" -> {
                usage(data, meter);
                complete = true;
                if (type.startsWith("image")) {
                    meter.images(1);
                }
                yield Look.LAST;
            }
            case "response.failed" -> {
                usage(data, meter);
                complete = true;
                yield new Look.Last(true);
            }
            case "error" -> new Look.Failed();
            case "" -> indexOf(bytes, data.from(), data.to(), ERROR) >= 0 ? new Look.Failed() : Look.PASS;
            default -> {
                if (type.endsWith(".delta")) {
                    delta(data, meter);
                }
                yield Look.PASS;
            }
        };
    }

    private static String type(byte[] bytes, int from, int to) {
        int at = indexOf(bytes, from, to, TYPE);
        if (at < 0) {
            return "";
        }
        int value = valueAfter(bytes, at + TYPE.length, to);
        int end = value < to && bytes[value] == '"' ? endOfString(bytes, value, to) : -1;
        return end < 0 ? "" : new String(bytes, value + 1, end - value - 2, StandardCharsets.UTF_8);
    }

    private static void delta(EventData data, CallMeter meter) {
        int at = indexOf(data.bytes(), data.from(), data.to(), DELTA);
        if (at >= 0) {
            int value = valueAfter(data.bytes(), at + DELTA.length, data.to());
            int end = value < data.to() && data.bytes()[value] == '"'
                    ? endOfString(data.bytes(), value, data.to())
                    : -1;
            if (end > value + 2) {
                meter.text(data.bytes(), value + 1, end - 1);
                meter.contentEvent();
            }
        }
    }

    private static void usage(EventData data, CallMeter meter) {
        int at = lastIndexOf(data.bytes(), data.from(), data.to(), USAGE);
        if (at >= 0) {
            int value = valueAfter(data.bytes(), at + USAGE.length, data.to());
            int end = endOfValue(data.bytes(), value, data.to());
            if (end > 0) {
                UsageReader.read(data.bytes(), value, end).ifPresent(meter::reported);
            }
        }
    }

    @Override
    public boolean complete() {
        return complete;
    }

    @Override
    public byte[] earlyEnd(CallMeter meter) {
        return new byte[0];
    }

    @Override
    public byte[] endMark() {
        return new byte[0];
    }
}
