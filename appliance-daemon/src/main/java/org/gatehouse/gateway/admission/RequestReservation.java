package org.gatehouse.gateway.admission;

import java.math.BigDecimal;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.Usage;
import org.gatehouse.governance.snapshot.Limit;

/** What a call holds that no model will work for: its place among the calls at the same time. Thread-safe. */
final class RequestReservation implements UnboundedReservation {
    private final RateLimits rates;
    private final List<Limit> entered;
    private final RateHeaders headers;
    private final AtomicBoolean settled = new AtomicBoolean();

    RequestReservation(RateLimits rates, List<Limit> entered, RateHeaders headers) {
        this.rates = rates;
        this.entered = entered;
        this.headers = headers;
    }

    @Override
    public void settle(Usage usage, @Nullable BigDecimal cost) {
        if (settled.compareAndSet(false, true)) {
            entered.forEach(rates::leave);
        }
    }

    @Override
    public RateHeaders rateHeaders() {
        return headers;
    }
}
