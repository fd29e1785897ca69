package org.gatehouse.simulated.providers;

import java.io.IOException;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * One Realtime session as OpenAI holds it, strict about every event: what it does not know, it refuses with an {@code error} event
 * and goes on. It "hears" speech where the client's audio has come for a second and detection of turns is on. The thread of the
 * connection reads; each answer is made by a thread of its own.
 */
final class RealtimeTalk {
    /** A second of 24 kHz and 16 bits. */
    private static final int SECOND = 48_000;
    private static final int BYTES_PER_TOKEN = 4_800;
    private static final Set<String> CONTENT = Set.of("input_text", "input_audio", "output_text", "text");

    private final Simulation simulation;
    private final RealtimeSocket socket;
    private final ObjectNode session;
    private final boolean beta;
    private final RealtimeAnswers answers;
    private final Set<String> items = new HashSet<>();
    private int bufferedBytes;
    private int heardBytes;

    RealtimeTalk(Simulation simulation, RealtimeSocket socket, String model, boolean beta, RealtimeAnswers answers) {
        this.simulation = simulation;
        this.socket = socket;
        this.beta = beta;
        this.answers = answers;
        this.session = Json.object().put("id", simulation.ids().next("sess_", 16)).put("object", "realtime.session")
                .put("model", model);
        if (beta) {
            session.putArray("modalities").add("text").add("audio");
        } else {
            session.put("type", "realtime").putArray("output_modalities").add("audio");
        }
        session.put(beta ? "max_response_output_tokens" : "max_output_tokens", "inf");
    }

    /** A rule of the provider that an event breaks. */
    private static final class Wrong extends Exception {
        private static final long serialVersionUID = 1;
        private final String code;
        private final @Nullable String param;

        Wrong(String code, String message, @Nullable String param) {
            super(message, null, false, false);
            this.code = code;
            this.param = param;
        }
    }

    /** Talks until one side leaves. */
    void hold() throws IOException {
        socket.send(event("session.created").set("session", session.deepCopy()));
        for (byte[] bytes = socket.next(); bytes != null; bytes = socket.next()) {
            JsonNode said = Json.read(bytes);
            String id = said == null ? null : said.path("event_id").asText(null);
            try {
                if (said == null || !said.isObject()) {
                    throw new Wrong("invalid_json", "The message is no JSON object.", null);
                }
                heard(said);
            } catch (Wrong wrong) {
                error(wrong.code, String.valueOf(wrong.getMessage()), wrong.param, id);
            } catch (Refused refused) {
                error("invalid_request_error", refused.problem().message(), null, id);
            }
        }
        answers.stop();
    }

    void error(String code, String message, @Nullable String param, @Nullable String about) throws IOException {
        ObjectNode event = event("error");
        event.putObject("error").put("type", code.equals("server_error") ? code : "invalid_request_error")
                .put("code", code).put("message", message).put("param", param).put("event_id", about);
        socket.send(event);
    }

    private void heard(JsonNode said) throws IOException, Wrong {
        switch (said.path("type").asText()) {
            case "session.update" -> update(said.path("session"));
            case "conversation.item.create" -> item(said.path("item"));
            case "conversation.item.delete" -> {
                if (!items.remove(said.path("item_id").asText())) {
                    throw new Wrong("item_delete_invalid_item_id", "There is no such item.", "item_id");
                }
                socket.send(event("conversation.item.deleted").put("item_id", said.path("item_id").asText()));
            }
            case "input_audio_buffer.append" -> append(said.path("audio"));
            case "input_audio_buffer.clear" -> {
                bufferedBytes = 0;
                socket.send(event("input_audio_buffer.cleared"));
            }
            case "input_audio_buffer.commit" -> {
                if (bufferedBytes < SECOND / 10) {
                    throw new Wrong("input_audio_buffer_commit_empty",
                            "Error committing input audio buffer: buffer too small.", null);
                }
                commit();
            }
            case "response.create" -> {
                if (answers.busy()) {
                    throw new Wrong("conversation_already_has_active_response",
                            "Conversation already has an active response in progress.", null);
                }
                JsonNode cap = said.path("response").path(beta ? "max_response_output_tokens" : "max_output_tokens");
                answers.begin(modality(said.path("response")), cap.asInt(Integer.MAX_VALUE));
            }
            case "response.cancel" -> {
                if (!answers.cancel()) {
                    throw new Wrong("response_cancel_not_active", "Cancellation failed: no active response found.",
                            null);
                }
            }
            case "" -> throw new Wrong("missing_required_parameter", "Missing required parameter: 'type'.", "type");
            default -> throw new Wrong("invalid_value", "Invalid value: '" + said.path("type").asText()
                    + "'. There is no such event.", "type");
        }
    }

    private void update(JsonNode wanted) throws IOException, Wrong {
        if (!wanted.isObject()) {
            throw new Wrong("missing_required_parameter", "Missing required parameter: 'session'.", "session");
        }
        if (!beta && !wanted.path("type").asText().equals("realtime")) {
            throw new Wrong("missing_required_parameter", "Missing required parameter: 'session.type'.",
                    "session.type");
        }
        if (wanted.has("model") && !wanted.get("model").equals(session.get("model"))) {
            throw new Wrong("cannot_update_model", "Cannot update a conversation's model.", "session.model");
        }
        session.setAll((ObjectNode) wanted.deepCopy());
        socket.send(event("session.updated").set("session", session.deepCopy()));
    }

    private void item(JsonNode item) throws IOException, Wrong {
        String type = item.path("type").asText();
        if (!List.of("message", "function_call", "function_call_output").contains(type)) {
            throw new Wrong("invalid_value", "Invalid value: '" + type + "' for 'item.type'.", "item.type");
        }
        StringBuilder text = new StringBuilder(item.path("output").asText());
        for (JsonNode part : item.path("content")) {
            if (!CONTENT.contains(part.path("type").asText())) {
                throw new Wrong("invalid_value", "Invalid value: '" + part.path("type").asText() + "'.",
                        "item.content[0].type");
            }
            text.append(part.path("text").asText());
            if (part.has("audio")) {
                answers.hears(decoded(part.get("audio")) / BYTES_PER_TOKEN);
            }
        }
        ObjectNode kept = item.deepCopy();
        if (!kept.has("id")) {
            kept.put("id", simulation.ids().next("item_", 16));
        }
        items.add(kept.path("id").asText());
        answers.reads(text.toString());
        socket.send(event(beta ? "conversation.item.created" : "conversation.item.added").set("item", kept));
    }

    private void append(JsonNode audio) throws IOException, Wrong {
        int bytes = decoded(audio);
        bufferedBytes += bytes;
        heardBytes += bytes;
        JsonNode detection = beta
                ? session.path("turn_detection")
                : session.path("audio").path("input").path("turn_detection");
        if (detection.isObject() && heardBytes >= SECOND) {
            heardBytes = 0;
            socket.send(event("input_audio_buffer.speech_started"));
            socket.send(event("input_audio_buffer.speech_stopped"));
            commit();
            if (!answers.busy()) {
                answers.begin(modality(session), Integer.MAX_VALUE);
            }
        }
    }

    private void commit() throws IOException {
        String id = simulation.ids().next("item_", 16);
        items.add(id);
        int tokens = bufferedBytes / BYTES_PER_TOKEN;
        answers.hears(tokens);
        bufferedBytes = 0;
        socket.send(event("input_audio_buffer.committed").put("item_id", id));
        JsonNode transcription = beta
                ? session.path("input_audio_transcription")
                : session.path("audio").path("input").path("transcription");
        if (transcription.isObject()) {
            ObjectNode written = event("conversation.item.input_audio_transcription.completed").put("item_id", id)
                    .put("transcript", "[simulated] what was said");
            written.putObject("usage").put("type", "tokens").put("total_tokens", tokens + 5)
                    .put("input_tokens", tokens).put("output_tokens", 5);
            socket.send(written);
        }
    }

    private static int decoded(JsonNode audio) throws Wrong {
        try {
            return Base64.getDecoder().decode(audio.asText()).length;
        } catch (IllegalArgumentException e) {
            throw new Wrong("invalid_value", "Invalid 'audio'. Expected base64-encoded audio bytes.", "audio");
        }
    }

    /** Whether the answer is spoken. */
    private boolean modality(JsonNode of) {
        JsonNode wanted = of.path(beta ? "modalities" : "output_modalities");
        JsonNode modalities = wanted.isArray() ? wanted : session.path(beta ? "modalities" : "output_modalities");
        boolean spoken = false;
        for (JsonNode each : (ArrayNode) modalities) {
            spoken |= each.asText().equals("audio");
        }
        return spoken;
    }

    private ObjectNode event(String type) {
        return Json.object().put("type", type).put("event_id", simulation.ids().next("event_", 16));
    }
}
