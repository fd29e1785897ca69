package org.gatehouse.simulated;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/** Writes server-sent events, each at once, spoiled as the directive wants it. Belongs to the connection's thread. */
final class EventStream {
    private static final byte[] DATA = Bytes.of("data: ");
    private static final byte[] END = Bytes.of("\n\n");
    private static final byte[] DONE = Bytes.of("[DONE]");
    private static final byte[] NOT_JSON = Bytes.of("{this is simulated and not JSON}");
    private static final int DEFAULT_SPOILED = 3;

    private final Exchange exchange;
    private final Reply reply;
    private final Directive directive;
    private final Fault fault;
    private final Bytes frame;
    private int payload;
    private int events;
    private @Nullable String name;

    EventStream(Exchange exchange, Directive directive) {
        this.exchange = exchange;
        this.directive = directive;
        reply = exchange.reply();
        fault = directive.fault();
        frame = exchange.scratch();
    }

    void begin() throws IOException {
        reply.begin(200, "text/event-stream; charset=utf-8");
    }

    /** Where the next event's JSON is to be written; {@link #send} sends it. */
    Bytes open() {
        return open(null);
    }

    /** The same for an event that has a name. */
    Bytes open(@Nullable String eventName) {
        name = eventName;
        frame.clear();
        if (eventName != null) {
            frame.ascii("event: ").ascii(eventName).put('\n');
        }
        frame.put(DATA);
        payload = frame.length();
        return frame;
    }

    /** What {@link #open} gave, to go on with. */
    Bytes frame() {
        return frame;
    }

    /** Sends the opened event. */
    void send() throws IOException {
        frame.put(END);
        if (fault != Fault.NONE) {
            spoil();
        }
        events++;
        reply.part(frame);
        if (fault == Fault.TRUNCATED_JSON && events == spoiledEvent() + 1) {
            reply.end();
            throw new CallEnded(CallEnded.By.FAULT);
        }
    }

    private int spoiledEvent() {
        return directive.after() >= 0 ? directive.after() : DEFAULT_SPOILED;
    }

    private void spoil() {
        byte[] json = Arrays.copyOfRange(frame.array(), payload, frame.length() - END.length);
        switch (fault) {
            case CRLF -> rewrite(json, "\r\n");
            case COMMENTS -> {
                frame.clear().ascii(": keep-alive\n\n:\n");
                frame.ascii("id: ").number(events).ascii("\nretry: 1000\n");
                frame.ascii(name == null ? "" : "event: " + name + "\n").put(DATA).put(json).put(END);
            }
            case MULTI_DATA -> {
                int comma = new String(json, StandardCharsets.ISO_8859_1).indexOf(",\"") + 1;
                open(name).put(json, 0, comma).ascii("\ndata: ").put(json, comma, json.length - comma).put(END);
            }
            case BAD_JSON -> {
                if (events == spoiledEvent()) {
                    open(name).put(NOT_JSON).put(END);
                }
            }
            case TRUNCATED_JSON -> {
                if (events == spoiledEvent()) {
                    open(name).put(json, 0, json.length / 2).put(END);
                }
            }
            case BIG_EVENT -> {
                if (events == 1) {
                    frame.truncate(frame.length() - END.length);
                    Faults.pad(frame);
                    frame.put(END);
                }
            }
            default -> {
                // The fault is not one of single events.
            }
        }
    }

    private void rewrite(byte[] json, String lineEnd) {
        frame.clear();
        if (name != null) {
            frame.ascii("event: ").ascii(name).ascii(lineEnd);
        }
        frame.put(DATA).put(json).ascii(lineEnd).ascii(lineEnd);
    }

    /** Lets the fault that ends streams in their middle take place, if it is due after so many tokens. */
    void faultIfDue(Generation generation) throws IOException {
        if (generation.produced() < generation.faultPoint()) {
            return;
        }
        switch (fault) {
            case ERROR_EVENT -> {
                Faults.engineFailed().write(exchange.engine().personality(), open());
                send();
                if (exchange.engine().playsVllm()) {
                    open().put(DONE);
                    send();
                }
                reply.end();
            }
            case CUT -> {
                open().ascii("{\"id\":\"chatcmpl-simulated-cut\",\"object\":\"chat.completion.chunk\",\"choices\":[{");
                frame.ascii("\"index\":0,\"delta\":{\"content\":\"this event has no end").put(END);
                reply.halfPart(frame);
                reply.cut(directive.reset());
            }
            case STALL -> Faults.hang(exchange);
            default -> reply.end();
        }
        throw new CallEnded(CallEnded.By.FAULT);
    }

    /** Ends the stream in good order, with the end mark that chat and text completions have. */
    void done() throws IOException {
        if (fault != Fault.NO_DONE) {
            open().put(DONE);
            frame.put(END);
            if (fault == Fault.CRLF) {
                rewrite(DONE, "\r\n");
            }
            reply.part(frame);
        }
        end();
    }

    /** Ends the stream without an end mark. */
    void end() throws IOException {
        if (fault == Fault.HOLD_AFTER_END) {
            reply.endWithoutItsFraming();
            Faults.hold(exchange);
        } else {
            reply.end();
        }
    }
}
