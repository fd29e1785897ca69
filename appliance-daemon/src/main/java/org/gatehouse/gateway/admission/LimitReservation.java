package org.gatehouse.gateway.admission;

import java.math.BigDecimal;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

import org.gatehouse.audit.Usage;
import org.gatehouse.gateway.exchange.Arrival;
import org.gatehouse.gateway.exchange.Reservation;
import org.gatehouse.governance.snapshot.Limit;

/** The reservation of one admitted call over all its limits. Confined to the call's thread, but for the settling. */
final class LimitReservation implements Reservation {
    private final RateLimits rates;
    private final Ledger.Hold hold;
    private final List<Limit> limits;
    private final List<Limit> outputRates;
    private final List<Limit> entered;
    private final Arrival arrival;
    private final InstantSource clock;
    private final RateHeaders headers;
    private final boolean binds;
    private final long cap;
    private final boolean cutsShort;
    private final long takenInput;
    private long takenOutput;
    private final AtomicBoolean settled = new AtomicBoolean();

    LimitReservation(RateLimits rates, Ledger.Hold hold, List<Limit> limits, List<Limit> entered, Arrival arrival,
            InstantSource clock, RateHeaders headers, boolean binds, long cap, boolean cutsShort,
            long takenInput, long takenOutput) {
        this.rates = rates;
        this.hold = hold;
        this.limits = limits;
        this.outputRates = countingOutput(limits);
        this.entered = entered;
        this.arrival = arrival;
        this.clock = clock;
        this.headers = headers;
        this.binds = binds;
        this.cap = cap;
        this.cutsShort = cutsShort;
        this.takenInput = takenInput;
        this.takenOutput = takenOutput;
    }

    private static List<Limit> countingOutput(List<Limit> limits) {
        List<Limit> counting = new ArrayList<>(limits.size());
        for (Limit limit : limits) {
            if (TokenRates.countsOutput(limit.kind())) {
                counting.add(limit);
            }
        }
        return counting;
    }

    @Override
    public long outputTokens() {
        return binds ? takenOutput : Long.MAX_VALUE;
    }

    @Override
    public long cap() {
        return cap;
    }

    @Override
    public boolean cutsShort() {
        return cutsShort;
    }

    @Override
    public Extension extend(long moreOutputTokens) {
        long wanted = moreOutputTokens;
        for (Limit limit : outputRates) {
            wanted = Math.min(wanted, rates.availableOf(limit));
            if (wanted < 1) {
                return new Extension.Wait(Math.max(1, rates.nanosUntil(limit, Math.max(1, limit.amount() / 60))));
            }
        }
        for (int i = 0; i < outputRates.size(); i++) {
            RateLimits.Taken taken = rates.take(outputRates.get(i), wanted);
            if (!taken.taken()) {
                // Another call was faster since the look above.
                giveBack(outputRates.subList(0, i), wanted);
                return new Extension.Wait(Math.max(1, taken.waitNanos()));
            }
        }
        long granted = hold.extend(wanted, clock.instant());
        giveBack(outputRates, wanted - granted);
        takenOutput += granted;
        return granted == 0 ? new Extension.Exhausted() : new Extension.Granted(granted);
    }

    private void giveBack(List<Limit> taken, long tokens) {
        taken.forEach(limit -> rates.giveBack(limit, tokens));
    }

    @Override
    public void settle(Usage usage, @Nullable BigDecimal cost) {
        if (!settled.compareAndSet(false, true)) {
            return;
        }
        try {
            hold.settle(usage, cost, arrival.at(), clock.instant());
        } finally {
            limits.forEach(limit -> correct(limit, usage));
            entered.forEach(rates::leave);
        }
    }

    private void correct(Limit limit, Usage usage) {
        if (TokenRates.isTokenRate(limit.kind())) {
            long taken = TokenRates.of(limit.kind(), takenInput, takenOutput);
            long used = TokenRates.of(limit.kind(), usage.inputTokens(), usage.outputTokens());
            if (used < taken) {
                rates.giveBack(limit, taken - used);
            } else {
                rates.overdraw(limit, used - taken);
            }
        }
    }

    @Override
    public RateHeaders rateHeaders() {
        return headers;
    }
}
