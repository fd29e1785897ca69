package org.gatehouse.gateway.protocol.openai;

import java.io.IOException;
import java.util.List;

import com.fasterxml.jackson.core.JsonGenerator;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ProviderError;
import org.gatehouse.gateway.canonical.StopReason;
import org.gatehouse.gateway.canonical.TokenCount;
import org.gatehouse.gateway.protocol.Presentation;

/**
 * A {@code response} object, as far as it is: whole at the end, empty at the start of a stream. Fields that echo the request
 * have OpenAI's defaults, for client libraries miss them when they are not there. Immutable.
 *
 * @param id with its prefix
 * @param status {@code in_progress}, {@code completed}, {@code incomplete} or {@code failed}
 * @param items with their statuses
 * @param stop why it ended; {@code null} while it has not
 */
record ResponseObject(String id, Presentation presentation, String status, List<Item> items, @Nullable StopReason stop,
        @Nullable ProviderError error, @Nullable TokenCount usage) {

    /**
     * An item of the output.
     *
     * @param status {@code completed} or {@code incomplete}
     */
    record Item(ResponsesOutput output, String status) {}

    static String idOf(String given, Presentation presentation) {
        return given.startsWith("resp_") ? given : "resp_" + presentation.id();
    }

    /** Which end a reason is: an answer that was cut off says so. */
    static String statusOf(StopReason stop) {
        return switch (stop) {
            case LENGTH, CONTEXT_FULL, CONTENT_FILTER -> "incomplete";
            case END, STOP_SEQUENCE, TOOL_CALLS, PAUSE, MALFORMED_TOOL_CALL, OTHER -> "completed";
        };
    }

    void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", id);
        json.writeStringField("object", "response");
        json.writeNumberField("created_at", presentation.at().getEpochSecond());
        json.writeStringField("status", status);
        json.writeBooleanField("background", false);
        writeError(json);
        writeIncomplete(json);
        json.writeNullField("instructions");
        json.writeNullField("max_output_tokens");
        json.writeStringField("model", presentation.model());
        json.writeArrayFieldStart("output");
        for (Item item : items) {
            item.output.write(json, item.status);
        }
        json.writeEndArray();
        json.writeBooleanField("parallel_tool_calls", true);
        json.writeNullField("previous_response_id");
        json.writeObjectFieldStart("reasoning");
        json.writeNullField("effort");
        json.writeNullField("summary");
        json.writeEndObject();
        json.writeBooleanField("store", false);
        json.writeNumberField("temperature", 1.0);
        json.writeObjectFieldStart("text");
        json.writeObjectFieldStart("format");
        json.writeStringField("type", "text");
        json.writeEndObject();
        json.writeEndObject();
        json.writeStringField("tool_choice", "auto");
        json.writeArrayFieldStart("tools");
        json.writeEndArray();
        json.writeNumberField("top_p", 1.0);
        json.writeStringField("truncation", "disabled");
        json.writeFieldName("usage");
        if (usage == null) {
            json.writeNull();
        } else {
            UsageFields.writeResponses(json, usage);
        }
        json.writeNullField("user");
        json.writeObjectFieldStart("metadata");
        json.writeEndObject();
        json.writeEndObject();
    }

    private void writeError(JsonGenerator json) throws IOException {
        if (error == null) {
            json.writeNullField("error");
            return;
        }
        json.writeObjectFieldStart("error");
        json.writeStringField("code", ErrorFields.of(error).code());
        json.writeStringField("message", error.message());
        json.writeEndObject();
    }

    private void writeIncomplete(JsonGenerator json) throws IOException {
        if (!status.equals("incomplete")) {
            json.writeNullField("incomplete_details");
            return;
        }
        json.writeObjectFieldStart("incomplete_details");
        json.writeStringField("reason",
                stop == StopReason.CONTENT_FILTER ? "content_filter" : "max_output_tokens");
        json.writeEndObject();
    }
}
