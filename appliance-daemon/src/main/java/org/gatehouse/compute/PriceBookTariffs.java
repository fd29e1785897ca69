package org.gatehouse.compute;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

import org.gatehouse.governance.PriceEntry;
import org.gatehouse.usage.EnergyRollups;
import org.gatehouse.usage.LocalTariff;

/**
 * Finds local tariffs in the price book: the newest price in force that says what energy or GPU time costs, for the upstream by name, else for
 * a model that is routed to it. Thread-safe.
 *
 * @param prices every entry of the book
 * @param modelsAt the public names of the models that have a target at an upstream
 */
public record PriceBookTariffs(Supplier<List<PriceEntry>> prices,
        Function<String, Set<String>> modelsAt) implements EnergyRollups.Tariffs {

    @Override
    public Optional<LocalTariff> of(String upstream, Instant at) {
        if (upstream.isEmpty()) {
            return Optional.empty();
        }
        Set<String> models = modelsAt.apply(upstream);
        return prices.get().stream()
                .filter(price -> price.perKilowattHour() != null || price.perGpuHour() != null)
                .filter(price -> !price.validFrom().isAfter(at))
                .filter(price -> price.upstream() == null
                        ? models.contains(price.model())
                        : upstream.equals(price.upstream()))
                .max(Comparator.comparing((PriceEntry price) -> price.upstream() != null)
                        .thenComparing(PriceEntry::validFrom).thenComparing(PriceEntry::id))
                .map(price -> new LocalTariff(orZero(price.perKilowattHour()), orZero(price.perGpuHour()),
                        price.currency()));
    }

    private static BigDecimal orZero(@org.jspecify.annotations.Nullable BigDecimal amount) {
        return Objects.requireNonNullElse(amount, BigDecimal.ZERO);
    }
}
