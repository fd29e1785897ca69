package org.gatehouse.gateway.protocol.openai;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ProviderError;

/** Pieces of server-sent events as bytes. A streamed word costs one string and no tree. Stateless. */
final class EventText {
    private static final JsonStringEncoder ESCAPES = JsonStringEncoder.getInstance();

    private EventText() {}

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The text within quotes. */
    static void quoted(String text, ByteArrayOutputStream out) {
        out.write('"');
        out.writeBytes(ESCAPES.quoteAsUTF8(text));
        out.write('"');
    }

    static void quotedOrNull(@Nullable String text, ByteArrayOutputStream out) {
        if (text == null) {
            out.writeBytes(bytes("null"));
        } else {
            quoted(text, out);
        }
    }

    static void number(long number, ByteArrayOutputStream out) {
        if (number >= 0 && number < 10) {
            out.write('0' + (int) number);
        } else {
            out.writeBytes(Long.toString(number).getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** Writes with a generator what comes seldom. */
    static void generated(ByteArrayOutputStream out, Content content) {
        try (JsonGenerator json = JsonText.FACTORY.createGenerator(out, JsonEncoding.UTF8)) {
            content.write(json);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
    }

    /** {@code {"message","type","param","code"}}. */
    static void error(ProviderError error, JsonGenerator json) throws IOException {
        ErrorFields fields = ErrorFields.of(error);
        json.writeStartObject();
        json.writeStringField("message", error.message());
        json.writeStringField("type", fields.type());
        json.writeStringField("param", error.param());
        json.writeStringField("code", fields.code());
        json.writeEndObject();
    }

    /** What a generator is to write. */
    @FunctionalInterface
    interface Content {

        /** Writes it. */
        void write(JsonGenerator json) throws IOException;
    }
}
