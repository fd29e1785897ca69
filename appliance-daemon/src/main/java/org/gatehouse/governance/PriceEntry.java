package org.gatehouse.governance;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;

/** What a model costs from a date on. */
public record PriceEntry(@About("UUIDv7.") UUID id, @About("The model.") UUID modelId,
        @About("That model's public name.") String model,
        @About("The upstream; null for any.") @Nullable UUID upstreamId,
        @About("That upstream's name.") @Nullable String upstream, @About("From when it holds.") Instant validFrom,
        @About("ISO 4217 code: the accounting currency.") String currency,
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
        @About("Per hour of one GPU that it held; for local models.") @Nullable BigDecimal perGpuHour,
        @About("What looks wrong about it; null when nothing does.") @Nullable String warning,
        @About("When it was made.") Instant createdAt, @About("When it was last changed.") Instant updatedAt,
        @About("Grows with each change; also the entity tag.") long version) implements Governed {

    @Override
    public String title() {
        return model + (upstream == null ? "" : " at " + upstream) + " from " + validFrom;
    }

    PriceDraft draft() {
        return new PriceDraft(modelId, upstreamId, validFrom, currency, inputPerMillion, outputPerMillion,
                cachedInputPerMillion, cacheWritePerMillion, longCacheWritePerMillion, media, perSecond, perImage,
                perMillionCharacters, perCall,
                perKilowattHour, perGpuHour);
    }
}
