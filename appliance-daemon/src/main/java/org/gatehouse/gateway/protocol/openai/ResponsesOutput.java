package org.gatehouse.gateway.protocol.openai;

import java.io.IOException;
import java.util.List;

import com.fasterxml.jackson.core.JsonGenerator;
import org.jspecify.annotations.Nullable;

/**
 * An item of a response's {@code output}. Thoughts are told as summaries, which all clients show; their seal travels as
 * {@code encrypted_content}, which clients send back as it is. Immutable.
 */
sealed interface ResponsesOutput {
    /** Marks thoughts that are nothing but a seal, so that they come back as what they were. */
    String REDACTED = "redacted.";

    /** Its id. */
    String id();

    /** Thoughts. */
    record Reasoning(String id, String text, @Nullable String seal) implements ResponsesOutput {}

    /** Words. */
    record Message(String id, List<Part> parts) implements ResponsesOutput {

        /** Copies the list. */
        public Message {
            parts = List.copyOf(parts);
        }
    }

    /** A tool call. */
    record Call(String id, String callId, String name, String arguments,
            @Nullable String signature) implements ResponsesOutput {}

    /**
     * A part of a message.
     *
     * @param declined whether the model declines by it
     */
    record Part(String text, boolean declined) {

        void write(JsonGenerator json) throws IOException {
            json.writeStartObject();
            json.writeStringField("type", declined ? "refusal" : "output_text");
            json.writeStringField(declined ? "refusal" : "text", text);
            if (!declined) {
                json.writeArrayFieldStart("annotations");
                json.writeEndArray();
                json.writeArrayFieldStart("logprobs");
                json.writeEndArray();
            }
            json.writeEndObject();
        }
    }

    /** The seal that stands for thoughts which nobody sees; null when it is another. */
    static @Nullable String redacted(String seal) {
        return seal.startsWith(REDACTED) ? seal.substring(REDACTED.length()) : null;
    }

    /** Writes it. */
    default void write(JsonGenerator json, String status) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", id());
        switch (this) {
            case Reasoning reasoning -> {
                json.writeStringField("type", "reasoning");
                json.writeArrayFieldStart("summary");
                if (!reasoning.text.isEmpty()) {
                    writeSummary(json, reasoning.text);
                }
                json.writeEndArray();
                if (reasoning.seal != null) {
                    json.writeStringField("encrypted_content", reasoning.seal);
                }
            }
            case Message message -> {
                json.writeStringField("type", "message");
                json.writeStringField("status", status);
                json.writeStringField("role", "assistant");
                json.writeArrayFieldStart("content");
                for (Part part : message.parts) {
                    part.write(json);
                }
                json.writeEndArray();
            }
            case Call call -> {
                json.writeStringField("type", "function_call");
                json.writeStringField("status", status);
                json.writeStringField("call_id", call.callId);
                json.writeStringField("name", call.name);
                json.writeStringField("arguments", call.arguments);
                if (call.signature != null) {
                    json.writeObjectFieldStart("extra_content");
                    json.writeObjectFieldStart("google");
                    json.writeStringField("thought_signature", call.signature);
                    json.writeEndObject();
                    json.writeEndObject();
                }
            }
        }
        json.writeEndObject();
    }

    /** A part of a reasoning item's summary. */
    static void writeSummary(JsonGenerator json, String text) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", "summary_text");
        json.writeStringField("text", text);
        json.writeEndObject();
    }
}
