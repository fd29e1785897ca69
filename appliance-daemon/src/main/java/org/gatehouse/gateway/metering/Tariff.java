package org.gatehouse.gateway.metering;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.Cost;
import org.gatehouse.audit.MediaTokens;
import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.exchange.Exchange;
import org.gatehouse.gateway.exchange.ModelRequest;
import org.gatehouse.governance.snapshot.MediaPrice;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Price;
import org.gatehouse.governance.snapshot.PriceBook;

/** The price in force for one call, as arithmetic. Exact decimals: nothing is rounded anywhere. Immutable. */
public final class Tariff {
    private static final Tariff FREE = new Tariff(null, 1);
    /** 8 kbit/s. */
    private static final int LEAST_BYTES_PER_SECOND = 1000;

    private final @Nullable Price price;

    private final long calls;

    private Tariff(@Nullable Price price, long calls) {
        this.price = price;
        this.calls = calls;
    }

    /** The tariff of a routed call: the price in force when it started. */
    public static Tariff of(Exchange exchange) {
        return new Tariff(of(exchange, exchange.target()).price, exchange.billedCalls());
    }

    /** The tariff that the call would have at one of its targets. */
    public static Tariff of(Exchange exchange, ModelRoute.Target target) {
        return of(exchange.arrival().snapshot().prices(), exchange.route().name(), target.upstream().name(),
                exchange.arrival().at());
    }

    /** The tariff in force for a model at an upstream. */
    public static Tariff of(PriceBook prices, String model, String upstream, Instant at) {
        Optional<Price> price = prices.priceOf(model, upstream, at);
        return price.map(known -> new Tariff(known, 1)).orElse(FREE);
    }

    /** Whether anybody said what the model costs there. */
    public boolean known() {
        return price != null;
    }

    /** Money for one input token at most: the dearest way in which it may be charged. */
    public BigDecimal perInputToken() {
        if (price == null) {
            return BigDecimal.ZERO;
        }
        BigDecimal dearest = orZero(price.inputPerMillion());
        dearest = dearest.max(orZero(price.cacheWritePerMillion()));
        dearest = dearest.max(orZero(price.longCacheWritePerMillion())).max(orZero(price.media().audioInput()))
                .max(orZero(price.media().imageInput()));
        return perToken(dearest.max(orZero(price.cachedInputPerMillion())));
    }

    /** Money for one output token at most. */
    public BigDecimal perOutputToken() {
        return price == null
                ? BigDecimal.ZERO
                : perToken(orZero(price.outputPerMillion()).max(orZero(price.media().audioOutput()))
                        .max(orZero(price.media().imageOutput())));
    }

    /** Money for what a request asks for beside tokens, at most: the call itself, pictures, characters, seconds. */
    public BigDecimal fixed(Exchange exchange) {
        if (price == null) {
            return BigDecimal.ZERO;
        }
        ModelRequest request = exchange.request();
        BigDecimal units = switch (exchange.arrival().surface()) {
            case IMAGES_GENERATIONS, IMAGES_EDITS -> times(orZero(price.perImage()), request.units());
            case AUDIO_SPEECH -> perToken(times(orZero(price.perMillionCharacters()), request.units()));
            case AUDIO_TRANSCRIPTIONS, AUDIO_TRANSLATIONS -> price.perSecond() == null
                    ? BigDecimal.ZERO
                    : times(price.perSecond(), longest(request.body())).movePointLeft(3);
            case CHAT_COMPLETIONS, COMPLETIONS, RESPONSES, MESSAGES, GENERATE_CONTENT, COUNT_TOKENS, EMBEDDINGS, MODELS,
                    BATCHES, REALTIME,
                    RERANK, MODERATIONS ->
                BigDecimal.ZERO;
        };
        return orZero(price.perCall()).add(units);
    }

    /** Milliseconds that a recording can last: as its header says, else at the lowest bit rate at which people record. */
    private static long longest(byte[] form) {
        return WavLength.millisInside(form).orElse(form.length * 1000L / LEAST_BYTES_PER_SECOND);
    }

    /** What a call's usage costs; {@code null} when no price is set. */
    public @Nullable Cost costOf(Usage usage) {
        if (price == null) {
            return null;
        }
        MediaPrice media = price.media();
        MediaTokens others = usage.media();
        // What was cached of sound and pictures nobody says: they are charged in full, and so much less of the text.
        long text = usage.inputTokens() - others.input();
        long cached = Math.min(usage.cachedInputTokens(), text);
        long written = Math.min(usage.cacheWriteTokens(), text - cached);
        long writtenForLong = Math.min(usage.longCacheWriteTokens(), written);
        BigDecimal inputPrice = orZero(price.inputPerMillion());
        BigDecimal cachedPrice = price.cachedInputPerMillion() == null ? inputPrice : price.cachedInputPerMillion();
        BigDecimal writePrice = price.cacheWritePerMillion() == null ? inputPrice : price.cacheWritePerMillion();
        BigDecimal longPrice = price.longCacheWritePerMillion() == null ? writePrice : price.longCacheWritePerMillion();
        BigDecimal outputPrice = orZero(price.outputPerMillion());
        BigDecimal perMillion = times(inputPrice, text - cached - written).add(times(cachedPrice, cached))
                .add(times(writePrice, written - writtenForLong)).add(times(longPrice, writtenForLong))
                .add(times(or(media.audioInput(), inputPrice), others.audioInput()))
                .add(times(or(media.imageInput(), inputPrice), others.imageInput()))
                .add(times(outputPrice, usage.outputTokens() - others.output()))
                .add(times(or(media.audioOutput(), outputPrice), others.audioOutput()))
                .add(times(or(media.imageOutput(), outputPrice), others.imageOutput()))
                .add(times(orZero(price.perMillionCharacters()), usage.characters()));
        BigDecimal amount = perToken(perMillion)
                .add(times(orZero(price.perSecond()), usage.audioMillis()).movePointLeft(3))
                .add(times(orZero(price.perImage()), usage.images()));
        if (usage.source() != Usage.Source.NONE) {
            amount = amount.add(times(orZero(price.perCall()), calls));
        }
        return new Cost(amount.signum() == 0 ? BigDecimal.ZERO : amount.stripTrailingZeros(), price.currency());
    }

    private static BigDecimal times(BigDecimal unitPrice, long units) {
        return units == 0 ? BigDecimal.ZERO : unitPrice.multiply(BigDecimal.valueOf(units));
    }

    private static BigDecimal perToken(BigDecimal perMillion) {
        return perMillion.movePointLeft(6);
    }

    private static BigDecimal or(@Nullable BigDecimal amount, BigDecimal otherwise) {
        return amount == null ? otherwise : amount;
    }

    private static BigDecimal orZero(@Nullable BigDecimal amount) {
        return amount == null ? BigDecimal.ZERO : amount;
    }
}
