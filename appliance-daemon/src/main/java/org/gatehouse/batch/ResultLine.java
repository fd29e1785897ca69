package org.gatehouse.batch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;

/** Lines of the files with results, as OpenAI writes them. Stateless. */
final class ResultLine {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int MARGIN = 256;

    private ResultLine() {}

    /** Of a row that was answered. */
    static byte[] of(String customId, RowAnswer.Answered answer) {
        return line(answer.id(), customId, answer.body().length, json -> {
            json.writeObjectFieldStart("response");
            json.writeNumberField("status_code", answer.status());
            json.writeStringField("request_id", answer.requestId());
            json.writeFieldName("body");
            String body = new String(answer.body(), StandardCharsets.UTF_8);
            if (isJson(answer.body())) {
                // In JSON these stand between values only, and here they would end the line.
                json.writeRawValue(body.replace('\n', ' ').replace('\r', ' '));
            } else {
                json.writeString(body);
            }
            json.writeEndObject();
            json.writeNullField("error");
        });
    }

    /** Of a row that never was. */
    static byte[] of(UUID id, String customId, String code, String message) {
        return line(id, customId, 0, json -> {
            json.writeNullField("response");
            json.writeObjectFieldStart("error");
            json.writeStringField("code", code);
            json.writeStringField("message", message);
            json.writeEndObject();
        });
    }

    private interface Rest {
        void write(JsonGenerator json) throws IOException;
    }

    private static byte[] line(UUID id, String customId, int size, Rest rest) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(size + MARGIN);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("id", PublicIds.ROW.write(id));
            json.writeStringField("custom_id", customId);
            rest.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        out.write('\n');
        return out.toByteArray();
    }

    private static boolean isJson(byte[] body) {
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException _) {
            return false;
        }
    }
}
