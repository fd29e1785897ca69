package org.gatehouse.gateway.relay;

import java.nio.charset.StandardCharsets;
import java.util.Set;

import org.gatehouse.gateway.metering.CallMeter;
import org.gatehouse.gateway.metering.JsonBytes;
import org.gatehouse.gateway.metering.JsonCursor;
import org.gatehouse.gateway.metering.UsageReader;

import static org.gatehouse.gateway.metering.JsonBytes.name;

/**
 * Events that name their type: {@code /v1/responses}, and the streamed forms of transcription, speech and pictures.
 * Types that are not known are passed on untouched; exactly one type ends the stream, or, where several pictures were
 * asked for, the last of them.
 */
final class TypedEvents implements StreamGrammar {
    private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TYPE = name("type");
    private static final byte[] USAGE = name("usage");
    private static final byte[] RESPONSE = name("response");
    private static final byte[] DELTA = name("delta");
    private static final byte[] ERROR = name("error");

    /** Of a response that has nothing in it yet. */
    private static final Set<String> PREPARING = Set.of("response.created", "response.queued", "response.in_progress",
            "response.output_item.added", "response.content_part.added", "error", "");

    private final long pictures;
    private long picturesMade;
    private boolean complete;
    private boolean begun;

    /**
     * Starts a stream.
     *
     * @param pictures how many were asked for; 0 on surfaces that make none
     */
    TypedEvents(long pictures) {
        this.pictures = pictures;
    }

    @Override
    public Look look(EventData data, CallMeter meter) {
        if (data.is(DONE)) {
            return complete ? Look.DROP : Look.LAST;
        }
        Event event = new Event(data.bytes());
        if (!event.read(data.from(), data.to())) {
            return new Look.Broken();
        }
        begun = begun || !PREPARING.contains(event.type);
        return switch (event.type) {
            case "response.completed", "response.incomplete", "transcript.text.done", "speech.audio.done" ->
                last(event, meter, false);
            case "image_generation.completed", "image_edit.completed" -> {
                meter.images(++picturesMade);
                complete = true;
                event.usage(meter);
                yield picturesMade < pictures ? Look.PASS : Look.LAST;
            }
            case "response.failed" -> last(event, meter, true);
            case "error" -> Look.Failed.AS_IT_IS;
            case "" -> event.error ? Look.Failed.AS_IT_IS : Look.PASS;
            default -> {
                if (event.type.endsWith(".delta")) {
                    event.delta(meter);
                }
                yield Look.PASS;
            }
        };
    }

    private Look last(Event event, CallMeter meter, boolean failed) {
        event.usage(meter);
        complete = true;
        return new Look.Last(failed, null);
    }

    /**
     * One event's fields of interest. The type need not come first: vLLM writes the response before it, and that has
     * types of its own inside.
     */
    private static final class Event {
        private final byte[] bytes;
        private String type = "";
        private boolean error;
        private int deltaFrom;
        private int deltaTo;
        private int usageFrom;
        private int usageTo;

        private Event(byte[] bytes) {
            this.bytes = bytes;
        }

        /** False when it is no JSON object. */
        private boolean read(int from, int to) {
            JsonCursor fields = JsonCursor.fields(bytes, from, to);
            while (fields.next()) {
                if (fields.is(TYPE) && fields.kind() == '"') {
                    type = new String(bytes, fields.from() + 1, fields.to() - fields.from() - 2,
                            StandardCharsets.UTF_8);
                } else if (fields.is(USAGE)) {
                    usageFrom = fields.from();
                    usageTo = fields.to();
                } else if (fields.is(RESPONSE)) {
                    response(fields.from(), fields.to());
                } else if (fields.is(DELTA) && fields.kind() == '"') {
                    deltaFrom = fields.from();
                    deltaTo = fields.to();
                } else if (fields.is(ERROR)) {
                    error = fields.kind() != 'n';
                }
            }
            return !fields.broken() && JsonBytes.skipSpace(bytes, fields.to(), to) == to;
        }

        private void response(int from, int to) {
            JsonCursor fields = JsonCursor.fields(bytes, from, to);
            while (fields.next()) {
                if (fields.is(USAGE)) {
                    usageFrom = fields.from();
                    usageTo = fields.to();
                }
            }
        }

        private void delta(CallMeter meter) {
            if (deltaTo > deltaFrom + 2) {
                meter.text(bytes, deltaFrom + 1, deltaTo - 1);
                meter.contentEvent();
            }
        }

        private void usage(CallMeter meter) {
            if (usageTo > usageFrom) {
                UsageReader.read(bytes, usageFrom, usageTo).ifPresent(meter::reported);
            }
        }
    }

    @Override
    public boolean begun() {
        return begun;
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
