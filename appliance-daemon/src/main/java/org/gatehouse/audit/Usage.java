package org.gatehouse.audit;

import java.util.Objects;

/**
 * What one call used, each in its own unit. Immutable; all counts are at least 0.
 *
 * @param inputTokens prompt tokens, cached and cache-writing ones included (OpenAI's way of counting)
 * @param outputTokens produced tokens, reasoning tokens included
 * @param cachedInputTokens how many of the input tokens the upstream read from its prompt cache
 * @param cacheWriteTokens how many of the input tokens the upstream wrote to its prompt cache, for whatever time
 * @param longCacheWriteTokens how many of those are to be kept for an hour rather than five minutes
 * @param reasoningTokens how many of the output tokens were reasoning that the client may not see
 * @param audioMillis audio heard or spoken, in milliseconds
 * @param images pictures made
 * @param characters characters spoken (text to speech)
 * @param media how many of the tokens stood for sound and pictures
 * @param source where the numbers come from
 */
public record Usage(long inputTokens, long outputTokens, long cachedInputTokens, long cacheWriteTokens,
        long longCacheWriteTokens, long reasoningTokens, long audioMillis, long images, long characters,
        MediaTokens media, Source source) {

    /** Where the numbers of a {@link Usage} come from. */
    public enum Source {
        /** Nothing was used: the call never reached an upstream. */
        NONE,
        /** The upstream's own final report. */
        REPORTED,
        /** The upstream's running report, or the gateway's count with the model's own tokenizer: the call ended early. */
        COUNTED,
        /** No report and no exact tokenizer: the gateway's estimate. Shown as such wherever the number shows. */
        ESTIMATED,
        /** The box's own cache answered: nothing was used. What it saved stands beside. */
        CACHED
    }

    /** A call that used nothing. */
    public static final Usage NOTHING = new Usage(0, 0, 0, 0, 0, 0, 0, 0, Source.NONE);

    /** One that wrote nothing to a cache for an hour. */
    public Usage(long inputTokens, long outputTokens, long cachedInputTokens, long cacheWriteTokens,
            long reasoningTokens, long audioMillis, long images, long characters, Source source) {
        this(inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens, 0, reasoningTokens, audioMillis, images,
                characters, MediaTokens.NONE, source);
    }

    /** Checks the ranges. */
    public Usage {
        Objects.requireNonNull(media, "media");
        Objects.requireNonNull(source, "source");
        if (inputTokens < 0 || outputTokens < 0 || cachedInputTokens < 0 || cacheWriteTokens < 0 || reasoningTokens < 0
                || longCacheWriteTokens < 0 || longCacheWriteTokens > cacheWriteTokens || audioMillis < 0 || images < 0
                || characters < 0) {
            throw new IllegalArgumentException("usage must not be negative");
        }
        if (media.input() > inputTokens || media.output() > outputTokens) {
            throw new IllegalArgumentException("a part of the tokens is no more than all of them");
        }
    }

    /** The same usage with these tokens of sound and pictures among it. */
    public Usage with(MediaTokens other) {
        return new Usage(inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens, longCacheWriteTokens,
                reasoningTokens, audioMillis, images, characters, other, source);
    }

    /** Tokens only, none of them cached or reasoning. */
    public static Usage tokens(long inputTokens, long outputTokens, Source source) {
        return new Usage(inputTokens, outputTokens, 0, 0, 0, 0, 0, 0, source);
    }

    /** Input and output tokens together. */
    public long totalTokens() {
        return inputTokens + outputTokens;
    }
}
