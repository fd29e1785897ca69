package org.gatehouse.supervisor.engines;

import java.nio.charset.StandardCharsets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Kinds of calls that models are made for, each with the smallest real question and what a real answer to it holds. */
public enum CallKind {
    /** One token to a prompt; asked at {@link Endpoints#completions}. */
    COMPLETION(""),
    /** The vector of a text. */
    EMBEDDING("/v1/embeddings"),
    /** Documents by how well they answer a query. */
    RERANK("/v1/rerank"),
    /** How well two texts belong together. */
    SCORE("/v1/score"),
    /** The class of a text. */
    CLASSIFICATION("/classify"),
    /** What a model's last layers make of a text, such as a reward. */
    POOLING("/pooling"),
    /** Speech as text. */
    TRANSCRIPTION("/v1/audio/transcriptions");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BOUNDARY = "smallest-question";
    private static final int SECOND = 8000;

    private final String path;

    CallKind(String path) {
        this.path = path;
    }

    /** Where it is asked. */
    public String path(Endpoints endpoints) {
        return this == COMPLETION ? endpoints.completions() : path;
    }

    /** The content type of {@link #question}. */
    public String contentType() {
        return this == TRANSCRIPTION ? "multipart/form-data; boundary=" + BOUNDARY : "application/json";
    }

    /** The request's body; each of its characters is one byte. */
    public String question(Endpoints endpoints, String model) {
        ObjectNode question = JSON.createObjectNode().put("model", model);
        switch (this) {
            case COMPLETION -> {
                question.put("max_tokens", 1).put("temperature", 0).put("stream", false);
                if (endpoints.completions().endsWith("/chat/completions")) {
                    question.putArray("messages").addObject().put("role", "user").put("content", "Hi");
                } else {
                    question.put("prompt", "Hi");
                }
            }
            case EMBEDDING, CLASSIFICATION, POOLING -> question.put("input", "Hi");
            case RERANK -> question.put("query", "Hi").putArray("documents").add("Hi");
            case SCORE -> question.put("text_1", "Hi").put("text_2", "Hi");
            case TRANSCRIPTION -> {
                return "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n" + model
                        + "\r\n--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"file\"; "
                        + "filename=\"silence.wav\"\r\nContent-Type: audio/wav\r\n\r\n" + silence() + "\r\n--"
                        + BOUNDARY
                        + "--\r\n";
            }
        }
        return question.toString();
    }

    /** A second of eight-bit sound at 8 kHz that stands still, as a WAVE file; none of its bytes is above 127. */
    private static String silence() {
        return "RIFF" + word(36 + SECOND) + "WAVEfmt " + word(16) + "\u0001\0\u0001\0" + word(SECOND) + word(SECOND)
                + "\u0001\0\u0008\0data" + word(SECOND) + "\u007f".repeat(SECOND);
    }

    private static String word(int number) {
        byte[] bytes = {(byte) number, (byte) (number >> 8), (byte) (number >> 16), (byte) (number >> 24)};
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** Whether this answer, which came with status 200, is a real one. */
    public boolean isAnswer(JsonNode answer) {
        JsonNode first = answer.path("data").path(0);
        return switch (this) {
            case COMPLETION -> !answer.path("choices").isEmpty();
            case EMBEDDING -> areNumbers(first.path("embedding"));
            case RERANK -> answer.path("results").path(0).path("relevance_score").isNumber();
            case SCORE -> first.path("score").isNumber();
            case CLASSIFICATION -> areNumbers(first.path("probs"));
            case POOLING -> !first.path("data").isEmpty();
            case TRANSCRIPTION -> answer.path("text").isTextual();
        };
    }

    private static boolean areNumbers(JsonNode list) {
        for (JsonNode each : list) {
            if (!each.isNumber()) {
                return false;
            }
        }
        return list.isArray() && !list.isEmpty();
    }

    /** Whether this status may say that the model does not take calls of the kind that was asked, only of another. */
    public static boolean mayBeOfAnother(int status) {
        return status == 400 || status == 404 || status == 405 || status == 422 || status == 501;
    }
}
