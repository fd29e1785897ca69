package org.gatehouse.gateway.protocol.openai;

import java.io.ByteArrayOutputStream;

import org.gatehouse.gateway.canonical.ProviderError;

import static org.gatehouse.gateway.protocol.openai.EventText.bytes;

/** The frame of the events of {@code /v1/responses}: their type, twice, and their running number. Confined to one thread. */
final class ResponsesStream {
    private static final byte[] EVENT = bytes("event: ");
    private static final byte[] DATA = bytes("\ndata: {\"type\":\"");
    private static final byte[] NUMBER = bytes("\",\"sequence_number\":");
    private static final byte[] END = bytes("}\n\n");

    private long next;

    /** Opens an event; its further fields each begin with a comma. */
    void begin(byte[] type, ByteArrayOutputStream out) {
        out.writeBytes(EVENT);
        out.writeBytes(type);
        out.writeBytes(DATA);
        out.writeBytes(type);
        out.writeBytes(NUMBER);
        EventText.number(next++, out);
    }

    /** Closes it. */
    void end(ByteArrayOutputStream out) {
        out.writeBytes(END);
    }

    /** An event with one field made by a generator. */
    void event(String type, byte[] fields, String name, EventText.Content content, ByteArrayOutputStream out) {
        begin(bytes(type), out);
        out.writeBytes(fields);
        out.writeBytes(bytes(",\"" + name + "\":"));
        EventText.generated(out, content);
        end(out);
    }

    void response(String type, ResponseObject response, ByteArrayOutputStream out) {
        event(type, new byte[0], "response", response::write, out);
    }

    void error(ProviderError error, ByteArrayOutputStream out) {
        begin(bytes("error"), out);
        out.writeBytes(bytes(",\"code\":"));
        EventText.quoted(ErrorFields.of(error).code(), out);
        out.writeBytes(bytes(",\"message\":"));
        EventText.quoted(error.message(), out);
        out.writeBytes(bytes(",\"param\":"));
        EventText.quotedOrNull(error.param(), out);
        end(out);
    }
}
