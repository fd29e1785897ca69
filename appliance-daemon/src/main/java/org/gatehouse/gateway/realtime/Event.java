package org.gatehouse.gateway.realtime;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.Usage;

/**
 * What governance reads of one event, whoever sent it; the bytes stay as they are but for the model's name. Immutable.
 *
 * @param type such as {@code response.create}; empty when it has none
 * @param id {@code event_id}
 * @param response whose event it is: {@code response_id}, or {@code response.id}
 * @param refers the client's event that an error speaks of
 * @param models where the model that answers is named, in the order of the bytes
 * @param cap on the output of one answer; 0 for none
 * @param usage that the event reports
 * @param status of a response
 * @param errorCode of an error, or its type where it has no code
 * @param deltaBytes length of {@code delta}, as written
 * @param audioBytes length of {@code audio}, as written
 */
record Event(String type, @Nullable String id, @Nullable String response, @Nullable String refers, List<Named> models,
        long cap, @Nullable Usage usage, String status, String errorCode, int deltaBytes, int audioBytes) {

    /**
     * A model's name in the bytes.
     *
     * @param start offset of the opening quote
     * @param end offset behind the closing quote
     */
    record Named(String name, int start, int end) {}

    /** The same event with another name wherever it names the model. */
    byte[] renamed(byte[] bytes, String model) {
        byte[] name = ('"' + new String(JsonStringEncoder.getInstance().quoteAsString(model)) + '"')
                .getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream written = new ByteArrayOutputStream(bytes.length + name.length);
        int at = 0;
        for (Named named : models) {
            written.write(bytes, at, named.start() - at);
            written.write(name, 0, name.length);
            at = named.end();
        }
        written.write(bytes, at, bytes.length - at);
        return written.toByteArray();
    }

    /** Whether its model is named, and each time like that. */
    boolean namesOnly(String model) {
        return models.stream().allMatch(named -> named.name().equals(model));
    }
}
