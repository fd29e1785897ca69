package org.gatehouse.gateway.canonical;

/**
 * What an answer used, as its provider reports it, brought to one way of counting. Immutable; all at least 0.
 *
 * @param input prompt tokens, cached and cache-writing ones included (OpenAI's and Gemini's way; Anthropic leaves them out)
 * @param cachedInput how many of them were read from the provider's prompt cache
 * @param cacheWrites how many of them were written to it, for whatever time
 * @param longCacheWrites how many of those are to be kept for an hour rather than five minutes
 * @param output produced tokens, reasoning included (Gemini counts thoughts apart)
 * @param reasoning how many of them were reasoning
 * @param media how many of all these stood for sound and pictures
 */
public record TokenCount(long input, long cachedInput, long cacheWrites, long longCacheWrites, long output,
        long reasoning, Media media) {

    /**
     * Tokens that are no text. Immutable; all at least 0.
     *
     * @param audioInput of the input
     * @param imageInput of the input
     * @param audioOutput of the output
     * @param imageOutput of the output
     */
    public record Media(long audioInput, long imageInput, long audioOutput, long imageOutput) {

        /** Text alone. */
        public static final Media NONE = new Media(0, 0, 0, 0);
    }

    /** Of text alone. */
    public TokenCount(long input, long cachedInput, long cacheWrites, long longCacheWrites, long output,
            long reasoning) {
        this(input, cachedInput, cacheWrites, longCacheWrites, output, reasoning, Media.NONE);
    }

    /** Nothing. */
    public static final TokenCount NONE = new TokenCount(0, 0, 0, 0, 0, 0);

    /** Checks the ranges. */
    public TokenCount {
        if (input < 0 || cachedInput < 0 || cacheWrites < 0 || longCacheWrites < 0 || output < 0 || reasoning < 0) {
            throw new IllegalArgumentException("token counts are not negative");
        }
    }

    /** Input and output together. */
    public long total() {
        return input + output;
    }
}
