package org.gatehouse.gateway.admission;

import java.math.BigDecimal;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.exchange.Arrival;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.Limit;

/**
 * Nothing held, everything booked: of what an upstream made without being asked through this box, such as an answer that its
 * own detection of speech began. It may carry a quota beyond its bound; whatever comes next finds it used up. Thread-safe.
 */
final class BookedAfterwards implements UnboundedReservation {
    private final RateLimits rates;
    private final Ledger ledger;
    private final KeyRecord key;
    private final Arrival arrival;
    private final InstantSource clock;
    private final AtomicBoolean settled = new AtomicBoolean();

    BookedAfterwards(RateLimits rates, Ledger ledger, KeyRecord key, Arrival arrival, InstantSource clock) {
        this.rates = rates;
        this.ledger = ledger;
        this.key = key;
        this.arrival = arrival;
        this.clock = clock;
    }

    @Override
    public void settle(Usage usage, @Nullable BigDecimal cost) {
        if (!settled.compareAndSet(false, true)) {
            return;
        }
        ledger.bookUnreserved(key, usage, cost, arrival.at(), clock.instant());
        for (Limit limit : key.limits()) {
            if (TokenRates.isTokenRate(limit.kind())) {
                rates.overdraw(limit, TokenRates.of(limit.kind(), usage.inputTokens(), usage.outputTokens()));
            }
        }
    }

    @Override
    public RateHeaders rateHeaders() {
        return RateHeaders.NONE;
    }
}
