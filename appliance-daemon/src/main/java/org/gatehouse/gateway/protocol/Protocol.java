package org.gatehouse.gateway.protocol;

import java.util.Locale;

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
}
