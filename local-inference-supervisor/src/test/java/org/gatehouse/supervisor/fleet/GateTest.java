package org.gatehouse.supervisor.fleet;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(20)
class GateTest {

    @Test
    void closedGateLetsNobodyInAndThoseInsideOut() {
        Gate gate = new Gate();
        assertThat(gate.enter()).isFalse();
        gate.open();
        assertThat(gate.enter()).isTrue();
        assertThat(gate.closeIfEmpty()).isFalse();
        assertThat(gate.isOpen()).isTrue();
        gate.close();
        assertThat(gate.enter()).isFalse();
        assertThat(gate.inside()).isEqualTo(1);
        gate.leave();
        assertThat(gate.closeIfEmpty()).isTrue();
    }

    @RepeatedTest(20)
    void nobodyIsInsideOfAGateThatWasClosedBecauseItWasEmpty() throws InterruptedException {
        Gate gate = new Gate();
        gate.open();
        AtomicInteger working = new AtomicInteger();
        List<Thread> callers = new ArrayList<>();
        for (int caller = 0; caller < 2; caller++) {
            callers.add(Thread.ofVirtual().start(() -> {
                // Bounded, because a gate that is never empty is never closed.
                for (int round = 0; round < 500 && gate.enter(); round++) {
                    working.incrementAndGet();
                    Thread.yield();
                    working.decrementAndGet();
                    gate.leave();
                    Thread.yield();
                }
            }));
        }
        while (!gate.closeIfEmpty()) {
            Thread.yield();
        }
        assertThat(working.get()).isZero();
        for (Thread caller : callers) {
            caller.join();
        }
        assertThat(gate.inside()).isZero();
    }
}
