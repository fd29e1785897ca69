package org.gatehouse.usage;

import java.math.BigDecimal;

import org.gatehouse.audit.CallRecord;
import org.gatehouse.audit.Cost;
import org.gatehouse.audit.MediaTokens;
import org.gatehouse.audit.Outcome;
import org.gatehouse.audit.Saved;
import org.gatehouse.audit.Usage;

/**
 * What some calls used together. Immutable.
 *
 * @param calls all of them, refused ones included
 * @param refusals calls that the gateway refused
 * @param failures calls that the upstream failed
 * @param estimated calls whose usage is an estimate
 * @param inputTokens prompt tokens
 * @param outputTokens produced tokens
 * @param cachedInputTokens prompt tokens read from an upstream's cache
 * @param cacheWriteTokens prompt tokens written to an upstream's cache
 * @param longCacheWriteTokens how many of those for an hour
 * @param reasoningTokens produced tokens that were reasoning
 * @param audioMillis audio, in milliseconds
 * @param images pictures
 * @param characters characters spoken
 * @param media how many of the tokens stood for sound and pictures
 * @param cost in one currency
 * @param microWattHours energy that GPUs took for it, in millionths of a watt-hour
 * @param gpuMicros time of GPUs that were held for it, in microseconds of one GPU
 * @param localCost what these two cost, in the same currency
 * @param cacheHits calls that the box's cache answered
 * @param savedTokens prompt and produced tokens that those answers used when they were made
 * @param savedCost what that cost, in the same currency
 */
public record Sums(long calls, long refusals, long failures, long estimated, long inputTokens, long outputTokens,
        long cachedInputTokens, long cacheWriteTokens, long longCacheWriteTokens, long reasoningTokens,
        long audioMillis, long images, long characters, MediaTokens media, BigDecimal cost, long microWattHours,
        long gpuMicros, BigDecimal localCost, long cacheHits, long savedTokens, BigDecimal savedCost) {

    /** Sums without anything saved. */
    Sums(long calls, long refusals, long failures, long estimated, long inputTokens, long outputTokens,
            long cachedInputTokens, long cacheWriteTokens, long reasoningTokens, long audioMillis, long images,
            long characters, BigDecimal cost, long microWattHours, long gpuMicros, BigDecimal localCost) {
        this(calls, refusals, failures, estimated, inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens,
                0, reasoningTokens, audioMillis, images, characters, MediaTokens.NONE, cost, microWattHours, gpuMicros,
                localCost, 0, 0,
                BigDecimal.ZERO);
    }

    /** The sums of one call. */
    static Sums of(CallRecord call) {
        Usage usage = call.usage();
        Cost cost = call.cost();
        Saved saved = call.saved();
        Cost spared = saved == null ? null : saved.cost();
        return new Sums(1, call.outcome() == Outcome.REFUSED ? 1 : 0, call.outcome() == Outcome.FAILED ? 1 : 0,
                usage.source() == Usage.Source.ESTIMATED ? 1 : 0, usage.inputTokens(), usage.outputTokens(),
                usage.cachedInputTokens(), usage.cacheWriteTokens(), usage.longCacheWriteTokens(),
                usage.reasoningTokens(), usage.audioMillis(),
                usage.images(), usage.characters(), usage.media(), cost == null ? BigDecimal.ZERO : cost.amount(), 0, 0,
                BigDecimal.ZERO, saved == null ? 0 : 1, saved == null ? 0 : saved.inputTokens() + saved.outputTokens(),
                spared == null ? BigDecimal.ZERO : spared.amount());
    }

    Sums plus(Sums other) {
        return new Sums(calls + other.calls, refusals + other.refusals, failures + other.failures,
                estimated + other.estimated, inputTokens + other.inputTokens, outputTokens + other.outputTokens,
                cachedInputTokens + other.cachedInputTokens, cacheWriteTokens + other.cacheWriteTokens,
                longCacheWriteTokens + other.longCacheWriteTokens,
                reasoningTokens + other.reasoningTokens, audioMillis + other.audioMillis, images + other.images,
                characters + other.characters, media.plus(other.media), cost.add(other.cost),
                microWattHours + other.microWattHours, gpuMicros + other.gpuMicros, localCost.add(other.localCost),
                cacheHits + other.cacheHits,
                savedTokens + other.savedTokens, savedCost.add(other.savedCost));
    }
}
