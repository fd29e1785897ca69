package org.gatehouse.gateway.protocol.openai;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;

import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.canonical.ChatRequest;
import org.gatehouse.gateway.canonical.Losses;
import org.gatehouse.gateway.protocol.BrokenAnswerException;
import org.gatehouse.gateway.protocol.ChatProtocol;
import org.gatehouse.gateway.protocol.EventReader;
import org.gatehouse.gateway.protocol.EventWriter;
import org.gatehouse.gateway.protocol.Presentation;
import org.gatehouse.gateway.protocol.Terms;
import org.gatehouse.gateway.protocol.UntranslatableException;

/** Bytes and values as the tests of this room want them. */
final class Wire {
    static final Instant AT = Instant.ofEpochSecond(1_700_000_000);
    static final Presentation PRESENTATION = new Presentation("1", "public-model", AT, true, 0);
    static final Terms TERMS = Terms.of("m", 4096);

    private Wire() {}

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static JsonNode json(String text) {
        try {
            return JsonText.tree(bytes(text));
        } catch (IOException e) {
            throw new UncheckedIOException("the test's JSON is broken: " + text, e);
        }
    }

    static JsonNode json(byte[] bytes) {
        return json(new String(bytes, StandardCharsets.UTF_8));
    }

    static ChatRequest read(ChatProtocol protocol, String body) {
        try {
            return protocol.readRequest(bytes(body), false);
        } catch (UntranslatableException e) {
            throw new AssertionError(e.param() + ": " + e.getMessage(), e);
        }
    }

    static JsonNode write(ChatProtocol protocol, ChatRequest request, Terms terms, Losses losses) {
        try {
            return json(protocol.writeRequest(request, terms, losses));
        } catch (UntranslatableException e) {
            throw new AssertionError(e.param() + ": " + e.getMessage(), e);
        }
    }

    static JsonNode write(ChatProtocol protocol, ChatRequest request) {
        return write(protocol, request, TERMS, new Losses());
    }

    static UntranslatableException refused(ChatProtocol protocol, String body) {
        try {
            ChatRequest read = protocol.readRequest(bytes(body), false);
            throw new AssertionError("was read as " + read);
        } catch (UntranslatableException e) {
            return e;
        }
    }

    /**
     * An event as it stands on the wire.
     *
     * @param type empty when it names none
     */
    record Sse(String type, String data) {}

    static List<Sse> events(String stream) {
        List<Sse> events = new ArrayList<>();
        for (String event : stream.split("\n\n")) {
            String type = "";
            List<String> data = new ArrayList<>();
            for (String line : event.split("\n")) {
                if (line.startsWith("event: ")) {
                    type = line.substring(7);
                } else if (line.startsWith("data: ")) {
                    data.add(line.substring(6));
                }
            }
            if (!data.isEmpty()) {
                events.add(new Sse(type, String.join("\n", data)));
            }
        }
        return events;
    }

    /** Reads a stream whose end is not its end mark. */
    static List<ChatEvent> read(EventReader reader, String stream) throws BrokenAnswerException {
        List<ChatEvent> steps = new ArrayList<>();
        for (Sse event : events(stream)) {
            byte[] data = bytes(event.data());
            reader.read(event.type().isEmpty() ? null : event.type(), data, 0, data.length, steps::add);
        }
        reader.end(steps::add);
        return steps;
    }

    static String write(EventWriter writer, List<ChatEvent> steps) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        steps.forEach(step -> writer.write(step, out));
        return out.toString(StandardCharsets.UTF_8);
    }
}
