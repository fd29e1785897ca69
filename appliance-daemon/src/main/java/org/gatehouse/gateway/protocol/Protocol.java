package org.gatehouse.gateway.protocol;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.snapshot.Surface;

/** The wire protocols in which a chat can be held. */
public enum Protocol {
    /** OpenAI's {@code /v1/chat/completions}, and everybody's who is compatible. */
    OPENAI_CHAT,
    /** OpenAI's {@code /v1/responses}. */
    OPENAI_RESPONSES,
    /** Anthropic's {@code /v1/messages}. */
    ANTHROPIC_MESSAGES,
    /** Google's {@code :generateContent} and {@code :streamGenerateContent}. */
    GEMINI,
    /** Amazon Bedrock's {@code /model/…/converse} and {@code /converse-stream}. */
    BEDROCK_CONVERSE;

    /** The name in the API, lower case with underscores. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** In which a client chats on that surface; {@code null} when it is no chat. */
    public static @Nullable Protocol of(Surface surface) {
        return switch (surface) {
            case CHAT_COMPLETIONS -> OPENAI_CHAT;
            case RESPONSES -> OPENAI_RESPONSES;
            case MESSAGES -> ANTHROPIC_MESSAGES;
            case GENERATE_CONTENT -> GEMINI;
            case COMPLETIONS, COUNT_TOKENS, EMBEDDINGS, MODELS, BATCHES, REALTIME, AUDIO_TRANSCRIPTIONS,
                    AUDIO_TRANSLATIONS,
                    AUDIO_SPEECH,
                    IMAGES_GENERATIONS, IMAGES_EDITS, RERANK, MODERATIONS ->
                null;
        };
    }
}
