package org.gatehouse.governance.snapshot;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * What a model costs from a date on. All amounts are at least 0 and in {@code currency}; one that is {@code null} is
 * not charged, but a missing cached or cache-write price means that such tokens cost what input costs, and a missing one
 * for an hour that they cost what other cache writes cost.
 *
 * @param model the public model name
 * @param upstream the upstream's name, or {@code null} for any
 * @param currency ISO 4217 code, always the box's accounting currency
 * @param inputPerMillion per 1,000,000 input tokens
 * @param outputPerMillion per 1,000,000 output tokens
 * @param cachedInputPerMillion per 1,000,000 input tokens read from the upstream's cache
 * @param cacheWritePerMillion per 1,000,000 input tokens written to the upstream's cache
 * @param longCacheWritePerMillion per 1,000,000 of those that are to be kept for an hour rather than five minutes
 * @param media what tokens of sound and pictures cost
 * @param perSecond per second of audio
 * @param perImage per picture made
 * @param perMillionCharacters per 1,000,000 characters spoken
 * @param perCall per call that reached the upstream; per search unit where the upstream charges a rerank so
 */
public record Price(UUID id, String model, @Nullable String upstream, Instant validFrom, String currency,
        @Nullable BigDecimal inputPerMillion, @Nullable BigDecimal outputPerMillion,
        @Nullable BigDecimal cachedInputPerMillion, @Nullable BigDecimal cacheWritePerMillion,
        @Nullable BigDecimal longCacheWritePerMillion, MediaPrice media, @Nullable BigDecimal perSecond,
        @Nullable BigDecimal perImage,
        @Nullable BigDecimal perMillionCharacters,
        @Nullable BigDecimal perCall) {

    /** One that charges all cache writes alike, and all tokens. */
    public Price(UUID id, String model, @Nullable String upstream, Instant validFrom, String currency,
            @Nullable BigDecimal inputPerMillion, @Nullable BigDecimal outputPerMillion,
            @Nullable BigDecimal cachedInputPerMillion, @Nullable BigDecimal cacheWritePerMillion,
            @Nullable BigDecimal perSecond, @Nullable BigDecimal perImage, @Nullable BigDecimal perMillionCharacters,
            @Nullable BigDecimal perCall) {
        this(id, model, upstream, validFrom, currency, inputPerMillion, outputPerMillion, cachedInputPerMillion,
                cacheWritePerMillion, null, MediaPrice.NONE, perSecond, perImage, perMillionCharacters, perCall);
    }

    /** Checks what must be there. */
    public Price {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(validFrom, "validFrom");
        Objects.requireNonNull(currency, "currency");
        Objects.requireNonNull(media, "media");
    }
}
