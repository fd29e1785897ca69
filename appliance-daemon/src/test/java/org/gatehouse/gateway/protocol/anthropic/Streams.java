package org.gatehouse.gateway.protocol.anthropic;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import org.gatehouse.gateway.canonical.ChatEvent;
import org.gatehouse.gateway.protocol.BrokenAnswerException;
import org.gatehouse.gateway.protocol.Presentation;

/** Streams that are read and written in tests. */
final class Streams {
    static final Presentation SHOWN = new Presentation("0199", "public-name", Instant.EPOCH, true, 11);

    private Streams() {}

    static byte[] write(List<? extends ChatEvent> events) {
        AnthropicEventWriter writer = new AnthropicEventWriter(SHOWN);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        events.forEach(event -> writer.write(event, out));
        return out.toByteArray();
    }

    /** Reads a stream whose events have one data line each, then its end. */
    static List<ChatEvent> read(byte[] stream) throws BrokenAnswerException {
        AnthropicEventReader reader = new AnthropicEventReader();
        List<ChatEvent> events = new ArrayList<>();
        for (String line : new String(stream, StandardCharsets.UTF_8).split("\n")) {
            if (line.startsWith("data: ")) {
                byte[] padded = ("xx" + line.substring(6) + "yy").getBytes(StandardCharsets.UTF_8);
                reader.read(null, padded, 2, padded.length - 2, events::add);
            }
        }
        reader.end(events::add);
        return events;
    }

    static List<ChatEvent> read(String... data) throws BrokenAnswerException {
        StringBuilder stream = new StringBuilder();
        for (String one : data) {
            stream.append("data: ").append(one.replace("\n", " ")).append("\n\n");
        }
        return read(stream.toString().getBytes(StandardCharsets.UTF_8));
    }
}
