package org.gatehouse.simulated;

/** Whose wire behaviour the engine plays. */
public enum Personality {
    /** vLLM's OpenAI-compatible server: numeric error codes, empty health replies, {@code reasoning} in the open. */
    VLLM,
    /** A commercial OpenAI-compatible API: string error codes, a bearer key on every call, speech, images, moderations. */
    OPENAI
}
