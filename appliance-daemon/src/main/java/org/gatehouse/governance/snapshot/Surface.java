package org.gatehouse.governance.snapshot;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What a client can call, whatever dialect it speaks. A key may be bound to some of them. */
public enum Surface {
    /** OpenAI's chat. */
    CHAT_COMPLETIONS("chat.completions"),
    /** OpenAI's older text completion. */
    COMPLETIONS("completions"),
    /** OpenAI's Responses. */
    RESPONSES("responses"),
    /** Anthropic's Messages. */
    MESSAGES("messages"),
    /** Gemini's {@code generateContent} and {@code streamGenerateContent}. */
    GENERATE_CONTENT("generate_content"),
    /** How many tokens a prompt has, in Anthropic's or Gemini's way. */
    COUNT_TOKENS("count_tokens"), EMBEDDINGS("embeddings"), MODELS("models"),
    /** OpenAI's files and batches: what may be handed in and fetched; each row is a call on its own surface besides. */
    BATCHES("batches"), AUDIO_TRANSCRIPTIONS(
            "audio.transcriptions"), AUDIO_TRANSLATIONS("audio.translations"), AUDIO_SPEECH(
                    "audio.speech"), IMAGES_GENERATIONS("images.generations"), IMAGES_EDITS(
                            "images.edits"), RERANK("rerank"), MODERATIONS("moderations"),
    /** OpenAI's Realtime: events both ways over a WebSocket. */
    REALTIME("realtime");

    private static final Map<String, Surface> BY_ID = Arrays.stream(values())
            .collect(Collectors.toUnmodifiableMap(Surface::id, Function.identity()));

    private final String id;

    Surface(String id) {
        this.id = id;
    }

    /** The stable name in the API, in files and in the trail, such as {@code chat.completions}. */
    public String id() {
        return id;
    }

    /** Whether its answers are text that a model produces, and so cost output tokens. */
    public boolean generatesText() {
        return switch (this) {
            case CHAT_COMPLETIONS, COMPLETIONS, RESPONSES, MESSAGES, GENERATE_CONTENT, REALTIME -> true;
            case COUNT_TOKENS, EMBEDDINGS, MODELS, BATCHES, AUDIO_TRANSCRIPTIONS, AUDIO_TRANSLATIONS, AUDIO_SPEECH,
                    IMAGES_GENERATIONS, IMAGES_EDITS, RERANK, MODERATIONS ->
                false;
        };
    }

    /** The surface of that name. */
    public static Optional<Surface> of(String id) {
        return Optional.ofNullable(BY_ID.get(id));
    }
}
