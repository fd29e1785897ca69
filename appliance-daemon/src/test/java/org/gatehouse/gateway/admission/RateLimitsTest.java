package org.gatehouse.gateway.admission;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.governance.snapshot.Scope;

import static org.assertj.core.api.Assertions.assertThat;

class RateLimitsTest {
    private static final long SECOND = 1_000_000_000L;
    private final AtomicLong nanos = new AtomicLong(5 * SECOND);
    private final RateLimits rates = new RateLimits(nanos::get);

    @Test
    void bucketStartsFullRefillsEvenlyAndSaysTrulyHowLongToWait() {
        Limit limit = limit(Limit.Kind.REQUESTS_PER_MINUTE, 60);
        for (int i = 0; i < 60; i++) {
            assertThat(rates.take(limit, 1).taken()).isTrue();
        }
        RateLimits.Taken refused = rates.take(limit, 1);

        assertThat(refused.taken()).isFalse();
        assertThat(refused.remaining()).isZero();
        assertThat(refused.waitNanos()).isEqualTo(SECOND);
        nanos.addAndGet(refused.waitNanos() - 1);
        assertThat(rates.take(limit, 1).taken()).isFalse();
        nanos.addAndGet(1);
        assertThat(rates.take(limit, 1).taken()).isTrue();
        nanos.addAndGet(3600 * SECOND);
        assertThat(rates.availableOf(limit)).isEqualTo(60);
    }

    @Test
    void waitForManyTokensIsTrueToo() {
        Limit limit = limit(Limit.Kind.TOKENS_PER_MINUTE, 6_000);
        assertThat(rates.take(limit, 5_000).taken()).isTrue();
        RateLimits.Taken refused = rates.take(limit, 1_700);

        assertThat(refused.taken()).isFalse();
        assertThat(refused.waitNanos()).isEqualTo(7 * SECOND);
        nanos.addAndGet(refused.waitNanos());
        assertThat(rates.take(limit, 1_700)).isEqualTo(new RateLimits.Taken(true, 0, 0, false));
    }

    @Test
    void whatALimitCanNeverHoldIsSaidToBeHopeless() {
        assertThat(rates.take(limit(Limit.Kind.TOKENS_PER_MINUTE, 10), 11).never()).isTrue();
        assertThat(rates.take(limit(Limit.Kind.REQUESTS_PER_MINUTE, 0), 1).never()).isTrue();
    }

    @Test
    void givingBackNeverMakesMoreThanThereWas() {
        Limit limit = limit(Limit.Kind.TOKENS_PER_MINUTE, 100);
        rates.take(limit, 80);
        nanos.addAndGet(60 * SECOND);
        rates.giveBack(limit, 80);

        assertThat(rates.availableOf(limit)).isEqualTo(100);
    }

    @Test
    void overdraftIsPaidOffBeforeAnythingIsTaken() {
        Limit limit = limit(Limit.Kind.TOKENS_PER_MINUTE, 60);
        rates.take(limit, 60);
        rates.overdraw(limit, 30);

        assertThat(rates.availableOf(limit)).isZero();
        assertThat(rates.take(limit, 1).waitNanos()).isEqualTo(31 * SECOND);
        nanos.addAndGet(31 * SECOND);
        assertThat(rates.take(limit, 1).taken()).isTrue();
    }

    @Test
    void changedAmountKeepsWhatIsUsed() {
        Limit small = limit(Limit.Kind.REQUESTS_PER_MINUTE, 10);
        rates.take(small, 10);
        Limit large = new Limit(small.id(), small.scope(), small.kind(), 1_000);

        assertThat(rates.take(large, 1).taken()).isFalse();
        nanos.addAndGet(60 * SECOND);
        assertThat(rates.availableOf(large)).isEqualTo(1_000);
    }

    @Test
    void racingCallsNeverPassTheRequestsOfAMinute() throws InterruptedException {
        Limit limit = limit(Limit.Kind.REQUESTS_PER_MINUTE, 500);
        AtomicInteger taken = new AtomicInteger();
        inParallel(100, () -> {
            for (int i = 0; i < 50; i++) {
                taken.addAndGet(rates.take(limit, 1).taken() ? 1 : 0);
            }
        });

        assertThat(taken.get()).isEqualTo(500);
    }

    @Test
    void racingCallsNeverPassTheirConcurrency() throws InterruptedException {
        Limit limit = limit(Limit.Kind.CONCURRENT_REQUESTS, 7);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger entered = new AtomicInteger();
        inParallel(100, () -> {
            for (int i = 0; i < 200; i++) {
                if (rates.enter(limit)) {
                    entered.incrementAndGet();
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    Thread.yield();
                    inside.decrementAndGet();
                    rates.leave(limit);
                }
            }
        });

        assertThat(entered.get()).isPositive();
        assertThat(most.get()).isLessThanOrEqualTo(7);
        assertThat(rates.inFlight(limit.id())).isZero();
    }

    @Test
    void stateOfLimitsThatAreNoMoreIsForgotten() {
        Limit limit = limit(Limit.Kind.REQUESTS_PER_MINUTE, 1);
        rates.take(limit, 1);
        rates.retain(Set.of());

        assertThat(rates.take(limit, 1).taken()).isTrue();
    }

    @Test
    void callsInsideAForgottenConcurrencyLimitAreStillCountedOut() {
        Limit limit = limit(Limit.Kind.CONCURRENT_REQUESTS, 2);
        assertThat(rates.enter(limit)).isTrue();
        rates.retain(Set.of());
        assertThat(rates.enter(limit)).as("bound again while the call still runs").isTrue();
        assertThat(rates.enter(limit)).isFalse();
        rates.leave(limit);
        rates.leave(limit);
        rates.retain(Set.of());
        assertThat(rates.remembered()).isZero();
    }

    private static void inParallel(int threads, Runnable task) throws InterruptedException {
        List<Thread> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            running.add(Thread.ofVirtual().start(task));
        }
        for (Thread thread : running) {
            thread.join();
        }
    }

    private static Limit limit(Limit.Kind kind, long amount) {
        return new Limit(UUID.randomUUID(), new Scope(Scope.Type.PROJECT, UUID.randomUUID()), kind, amount);
    }
}
