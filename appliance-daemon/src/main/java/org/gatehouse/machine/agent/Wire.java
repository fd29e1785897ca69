package org.gatehouse.machine.agent;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

import com.fasterxml.jackson.databind.JsonNode;

import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.form.Reading;

/** Lines of JSON, as the daemon and its agent speak them. Stateless. */
final class Wire {
    /** No request and no reply is nearly as large. */
    static final int LONGEST = 1 << 20;

    private Wire() {}

    /** The next line; an end before its line feed, a longer line and anything but JSON are errors. */
    static JsonNode read(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the other side ended in the middle");
            }
            if (line.size() == LONGEST) {
                throw new IOException("a line is longer than " + LONGEST + " bytes");
            }
            line.write(next);
        }
        return switch (Json.parse(line.toByteArray())) {
            case Reading.Whole<JsonNode>(JsonNode value) -> value;
            case Reading.Broken<JsonNode> broken -> throw new IOException("a line is no JSON: " + broken.errors());
        };
    }

    static void write(OutputStream out, JsonNode message) throws IOException {
        out.write((Json.text(message) + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
        out.flush();
    }
}
