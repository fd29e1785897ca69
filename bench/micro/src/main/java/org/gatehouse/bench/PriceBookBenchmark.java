package org.gatehouse.bench;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

import org.gatehouse.governance.snapshot.Price;
import org.gatehouse.governance.snapshot.PriceBook;

/** The price in force, out of a book of 200 models with three prices each. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PriceBookBenchmark {
    private static final Instant NOW = Instant.parse("2026-11-01T00:00:00Z");
    private final PriceBook book = book();

    private static PriceBook book() {
        List<Price> prices = new ArrayList<>();
        for (int model = 0; model < 200; model++) {
            for (int month = 1; month <= 3; month++) {
                prices.add(new Price(new UUID(model, month), "model-" + model, null,
                        Instant.parse("2026-0" + month + "-01T00:00:00Z"), "EUR", BigDecimal.ONE, BigDecimal.TWO, null,
                        null, null, null, null, null));
            }
        }
        return new PriceBook(prices);
    }

    /** No price for that very upstream, so the model's own is found at the second look. */
    @Benchmark
    public Optional<Price> anyUpstreamsPrice() {
        return book.priceOf("model-117", "somewhere", NOW);
    }
}
