package org.gatehouse.gateway.exchange;

import java.math.BigDecimal;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ProviderError.Cause;
import org.gatehouse.governance.snapshot.ModelRoute;

/** The way of a call that has one target and nobody who counts. */
final class NoWay implements Way {

    @Override
    public String key() {
        return "none";
    }

    @Override
    public boolean another() {
        return false;
    }

    @Override
    public @Nullable Duration firstByteWithin() {
        return null;
    }

    @Override
    public boolean shouldMoveOn() {
        return false;
    }

    @Override
    public boolean begun() {
        return false;
    }

    @Override
    public void waits() {}

    @Override
    public void goesOut() {}

    @Override
    public void firstByte() {}

    @Override
    public void life() {}

    @Override
    public ModelRoute.@Nullable Target failed(Cause cause, @Nullable Duration retryAfter, boolean committed) {
        return null;
    }

    @Override
    public ModelRoute.@Nullable Target turnedAway(boolean committed) {
        return null;
    }

    @Override
    public void served(long outputTokens, @Nullable BigDecimal cost) {}

    @Override
    public void abandoned() {}
}
