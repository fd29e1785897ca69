package org.gatehouse.gateway.relay;

import java.nio.charset.StandardCharsets;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.MediaTokens;
import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.metering.CallMeter;
import org.gatehouse.gateway.metering.JsonBytes;
import org.gatehouse.gateway.metering.JsonCursor;
import org.gatehouse.gateway.metering.UsageReader;

import static org.gatehouse.gateway.metering.JsonBytes.name;

/**
 * The events of Anthropic's {@code /v1/messages}: {@code message_start}, blocks with their deltas, {@code message_delta} with
 * the usage so far, {@code message_stop}. Reports replace each other; the output in the first one is a placeholder and
 * counts for nothing.
 */
final class MessageEvents implements StreamGrammar {
    private static final byte[] TYPE = name("type");
    private static final byte[] MESSAGE = name("message");
    private static final byte[] USAGE = name("usage");
    private static final byte[] DELTA = name("delta");
    private static final byte[] CONTENT_BLOCK = name("content_block");
    private static final byte[][] PRODUCED = {name("text"), name("thinking"), name("partial_json")};

    private @Nullable Usage atStart;
    private boolean begun;
    private boolean complete;
    private boolean stopped;

    @Override
    public Look look(EventData data, CallMeter meter) {
        Event event = new Event(data.bytes());
        if (!event.read(data.from(), data.to())) {
            return new Look.Broken();
        }
        switch (event.type) {
            case "message_start" -> {
                atStart = event.usage();
                if (atStart != null) {
                    meter.promptReported(atStart);
                }
            }
            case "content_block_start" -> begun |= !event.blockIsPlain();
            case "content_block_delta" -> {
                begun = true;
                event.produced(meter);
            }
            case "message_delta" -> {
                begun = true;
                stopped = true;
                report(event.usage(), meter);
            }
            case "message_stop" -> {
                complete = true;
                return Look.LAST;
            }
            case "error" -> {
                return Look.Failed.AS_IT_IS;
            }
            default -> {
                // Pings, the ends of blocks, and what is not known yet.
            }
        }
        return Look.PASS;
    }

    /** The last report may leave out what the first one said of the prompt. */
    private void report(@Nullable Usage usage, CallMeter meter) {
        if (usage == null) {
            return;
        }
        Usage start = atStart;
        meter.reported(start == null || usage.inputTokens() > 0
                ? usage
                : new Usage(start.inputTokens(), usage.outputTokens(), start.cachedInputTokens(),
                        start.cacheWriteTokens(), start.longCacheWriteTokens(), usage.reasoningTokens(), 0, 0, 0,
                        MediaTokens.NONE, Usage.Source.REPORTED));
    }

    @Override
    public boolean begun() {
        return begun;
    }

    @Override
    public boolean complete() {
        return complete || stopped;
    }

    @Override
    public byte[] earlyEnd(CallMeter meter) {
        return new byte[0];
    }

    @Override
    public byte[] endMark() {
        return "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n".getBytes(StandardCharsets.US_ASCII);
    }

    /** One event's fields of interest; the type need not come first. */
    private static final class Event {
        private final byte[] bytes;
        private String type = "";
        private int usageFrom;
        private int usageTo;
        private int deltaFrom;
        private int deltaTo;
        private int blockFrom;
        private int blockTo;

        private Event(byte[] bytes) {
            this.bytes = bytes;
        }

        private boolean read(int from, int to) {
            JsonCursor fields = JsonCursor.fields(bytes, from, to);
            while (fields.next()) {
                if (fields.is(TYPE) && fields.kind() == '"') {
                    type = text(fields.from(), fields.to());
                } else if (fields.is(USAGE)) {
                    usageFrom = fields.from();
                    usageTo = fields.to();
                } else if (fields.is(MESSAGE)) {
                    message(fields.from(), fields.to());
                } else if (fields.is(DELTA)) {
                    deltaFrom = fields.from();
                    deltaTo = fields.to();
                } else if (fields.is(CONTENT_BLOCK)) {
                    blockFrom = fields.from();
                    blockTo = fields.to();
                }
            }
            return !fields.broken() && JsonBytes.skipSpace(bytes, fields.to(), to) == to;
        }

        private void message(int from, int to) {
            JsonCursor fields = JsonCursor.fields(bytes, from, to);
            while (fields.next()) {
                if (fields.is(USAGE)) {
                    usageFrom = fields.from();
                    usageTo = fields.to();
                }
            }
        }

        private @Nullable Usage usage() {
            return usageTo == 0 ? null : UsageReader.read(bytes, usageFrom, usageTo).orElse(null);
        }

        /** Text and thoughts begin empty; any other block is something to see. */
        private boolean blockIsPlain() {
            JsonCursor fields = JsonCursor.fields(bytes, blockFrom, blockTo);
            while (fields.next()) {
                if (fields.is(TYPE)) {
                    String block = text(fields.from(), fields.to());
                    return block.equals("text") || block.equals("thinking");
                }
            }
            return false;
        }

        private void produced(CallMeter meter) {
            JsonCursor fields = JsonCursor.fields(bytes, deltaFrom, deltaTo);
            while (fields.next()) {
                for (byte[] field : PRODUCED) {
                    if (fields.is(field) && fields.kind() == '"' && fields.to() > fields.from() + 2) {
                        meter.text(bytes, fields.from() + 1, fields.to() - 1);
                        meter.contentEvent();
                    }
                }
            }
        }

        private String text(int from, int to) {
            return new String(bytes, from + 1, to - from - 2, StandardCharsets.UTF_8);
        }
    }
}
