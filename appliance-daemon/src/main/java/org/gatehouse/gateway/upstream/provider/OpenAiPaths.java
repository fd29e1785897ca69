package org.gatehouse.gateway.upstream.provider;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.snapshot.Surface;

/** Where OpenAI keeps its surfaces, below {@code /v1}. */
public final class OpenAiPaths {
    private OpenAiPaths() {}

    /** Of one surface; {@code null} for what is a chat, or not OpenAI's. */
    public static @Nullable String of(Surface surface) {
        return switch (surface) {
            case COMPLETIONS -> "/completions";
            case EMBEDDINGS -> "/embeddings";
            case AUDIO_TRANSCRIPTIONS -> "/audio/transcriptions";
            case AUDIO_TRANSLATIONS -> "/audio/translations";
            case AUDIO_SPEECH -> "/audio/speech";
            case IMAGES_GENERATIONS -> "/images/generations";
            case IMAGES_EDITS -> "/images/edits";
            case RERANK -> "/rerank";
            case MODERATIONS -> "/moderations";
            case REALTIME -> "/realtime";
            case CHAT_COMPLETIONS, RESPONSES, MESSAGES, GENERATE_CONTENT, COUNT_TOKENS, MODELS, BATCHES -> null;
        };
    }
}
