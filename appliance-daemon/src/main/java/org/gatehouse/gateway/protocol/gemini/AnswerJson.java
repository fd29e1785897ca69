package org.gatehouse.gateway.protocol.gemini;

import java.io.IOException;
import java.io.OutputStream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.TokenCount;
import org.gatehouse.gateway.protocol.Presentation;
import org.gatehouse.gateway.protocol.json.JsonTrees;

/** One answer in Google's shape, whole or a piece of a stream, written straight to bytes. */
final class AnswerJson implements AutoCloseable {
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

    private final JsonGenerator json;

    AnswerJson(OutputStream out) throws IOException {
        json = JSON.createGenerator(out);
        json.writeStartObject();
        json.writeArrayFieldStart("candidates");
    }

    void candidate() throws IOException {
        json.writeStartObject();
        json.writeObjectFieldStart("content");
        json.writeArrayFieldStart("parts");
    }

    void text(String text, boolean thought, @Nullable String signature) throws IOException {
        json.writeStartObject();
        json.writeStringField("text", text);
        if (thought) {
            json.writeBooleanField("thought", true);
        }
        signature(signature);
        json.writeEndObject();
    }

    void call(String id, String name, String arguments, @Nullable String signature) throws IOException {
        json.writeStartObject();
        json.writeObjectFieldStart("functionCall");
        json.writeStringField("id", id);
        json.writeStringField("name", name);
        json.writeFieldName("args");
        json.writeRawValue(JsonTrees.text(JsonTrees.arguments(arguments)));
        json.writeEndObject();
        signature(signature);
        json.writeEndObject();
    }

    /** A part as it is. */
    void part(String part) throws IOException {
        json.writeRawValue(part);
    }

    private void signature(@Nullable String signature) throws IOException {
        if (signature != null) {
            json.writeStringField("thoughtSignature", signature);
        }
    }

    void candidateEnd(@Nullable String finishReason, int index) throws IOException {
        json.writeEndArray();
        json.writeStringField("role", "model");
        json.writeEndObject();
        if (finishReason != null) {
            json.writeStringField("finishReason", finishReason);
        }
        json.writeNumberField("index", index);
        json.writeEndObject();
    }

    void end(@Nullable TokenCount usage, Presentation presentation, String id) throws IOException {
        json.writeEndArray();
        if (usage != null) {
            UsageMetadata.write(usage, json);
        }
        json.writeStringField("modelVersion", presentation.model());
        json.writeStringField("responseId", id.isEmpty() ? presentation.id() : id);
        json.writeEndObject();
        json.flush();
    }

    @Override
    public void close() throws IOException {
        json.close();
    }
}
