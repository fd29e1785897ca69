package org.gatehouse.governance;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** What a price is to be. At least one amount must be there; all are at least 0. */
public record PriceDraft(@About("The model.") UUID modelId,
        @About("The upstream; null for any.") @Nullable UUID upstreamId,
        @About(value = "From when it holds; the beginning of time when left out.", fallback = "\"1970-01-01T00:00:00Z\"") Instant validFrom,
        @About(value = "ISO 4217 code; must be the accounting currency, which also stands in when it is left out.", pattern = "[A-Z]{3}") @Nullable String currency,
        @About("Per 1,000,000 input tokens.") @Nullable BigDecimal inputPerMillion,
        @About("Per 1,000,000 output tokens.") @Nullable BigDecimal outputPerMillion,
        @About("Per 1,000,000 input tokens read from the upstream's cache; null: what input costs.") @Nullable BigDecimal cachedInputPerMillion,
        @About("Per 1,000,000 input tokens written to the upstream's cache; null: what input costs.") @Nullable BigDecimal cacheWritePerMillion,
        @About("Per 1,000,000 input tokens written to the upstream's cache for an hour; null: what other cache writes cost.") @Nullable BigDecimal longCacheWritePerMillion,
        @About("What tokens of sound and pictures cost; null: what those of text cost.") @Nullable MediaPrices media,
        @About("Per second of audio.") @Nullable BigDecimal perSecond,
        @About("Per picture made.") @Nullable BigDecimal perImage,
        @About("Per 1,000,000 characters spoken.") @Nullable BigDecimal perMillionCharacters,
        @About("Per call that reached the upstream.") @Nullable BigDecimal perCall,
        @About("Per kilowatt-hour that GPUs took for it; for local models.") @Nullable BigDecimal perKilowattHour,
        @About("Per hour of one GPU that it held; for local models.") @Nullable BigDecimal perGpuHour) {

    /** Input and output of a model at any upstream, since ever, in the accounting currency. */
    public static PriceDraft perMillion(UUID modelId, BigDecimal input, BigDecimal output) {
        return new PriceDraft(modelId, null, Instant.EPOCH, null, input, output, null, null, null, null, null, null,
                null, null, null, null);
    }
}
