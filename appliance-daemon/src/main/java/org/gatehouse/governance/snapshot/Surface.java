package org.gatehouse.governance.snapshot;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What a client can call, whatever dialect it speaks. A key may be bound to some of them. */
public enum Surface {
    CHAT_COMPLETIONS("chat.completions"), COMPLETIONS("completions"), RESPONSES("responses"), EMBEDDINGS(
            "embeddings"), MODELS("models"), AUDIO_TRANSCRIPTIONS(
                    "audio.transcriptions"), AUDIO_TRANSLATIONS("audio.translations"), AUDIO_SPEECH(
                            "audio.speech"), IMAGES_GENERATIONS("images.generations"), IMAGES_EDITS(
                                    "images.edits"), RERANK("rerank"), MODERATIONS("moderations");

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

    /** The surface of that name. */
    public static Optional<Surface> of(String id) {
        return Optional.ofNullable(BY_ID.get(id));
    }
}
