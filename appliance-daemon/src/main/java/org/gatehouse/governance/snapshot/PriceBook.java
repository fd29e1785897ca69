package org.gatehouse.governance.snapshot;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/** All prices, asked by model, upstream and time. Immutable. */
public final class PriceBook {
    private final Map<Entry, List<Price>> newestFirst;

    private record Entry(String model, @Nullable String upstream) {}

    /** Sorts the prices. */
    public PriceBook(List<Price> prices) {
        Map<Entry, List<Price>> byEntry = new HashMap<>();
        for (Price price : prices) {
            byEntry.computeIfAbsent(new Entry(price.model(), price.upstream()), _ -> new ArrayList<>()).add(price);
        }
        byEntry.values().forEach(list -> list.sort(Comparator.comparing(Price::validFrom).reversed()));
        this.newestFirst = Map.copyOf(byEntry);
    }

    /** The price in force: the one for that very upstream if there is one, else the one for any upstream. */
    public Optional<Price> priceOf(String model, String upstream, Instant at) {
        Optional<Price> exact = inForce(newestFirst.get(new Entry(model, upstream)), at);
        return exact.isPresent() ? exact : inForce(newestFirst.get(new Entry(model, null)), at);
    }

    private static Optional<Price> inForce(@Nullable List<Price> prices, Instant at) {
        if (prices == null) {
            return Optional.empty();
        }
        for (Price price : prices) {
            if (!price.validFrom().isAfter(at)) {
                return Optional.of(price);
            }
        }
        return Optional.empty();
    }
}
