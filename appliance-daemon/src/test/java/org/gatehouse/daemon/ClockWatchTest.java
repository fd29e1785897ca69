package org.gatehouse.daemon;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import org.junit.jupiter.api.Test;

import org.gatehouse.alerts.Finding;
import org.gatehouse.audit.AdminRecord;
import org.gatehouse.governance.AdminTrail;
import org.gatehouse.store.SteppedClock;

import static org.assertj.core.api.Assertions.assertThat;

class ClockWatchTest {
    private final SteppedClock clock = new SteppedClock(Instant.parse("2026-11-22T04:00:00Z"));
    private long nanos;
    private final List<AdminRecord> trail = new ArrayList<>();
    private final ClockWatch watch = new ClockWatch(clock, () -> nanos, new AdminTrail() {
        @Override
        public UUID node() {
            return new UUID(0, 0);
        }

        @Override
        public void append(AdminRecord action) {
            trail.add(action);
        }

        @Override
        public boolean holds(AdminRecord action) {
            return trail.contains(action);
        }
    }, UUID::randomUUID);

    private void passes(Duration truly, Duration shown) {
        nanos += truly.toNanos();
        clock.advance(shown);
        watch.look();
    }

    @Test
    void aLeapIsToldOfForAnHourAndStandsInTheTrail() {
        passes(Duration.ofSeconds(5), Duration.ofMinutes(20));

        assertThat(watch.findings()).singleElement().extracting(Finding::message).asString()
                .contains("from 2026-11-22T04:00:05Z to 2026-11-22T04:20:00Z");
        assertThat(trail).singleElement().satisfies(row -> {
            assertThat(row.action()).isEqualTo("jump");
            assertThat(row.before()).contains("04:00:05Z");
            assertThat(row.after()).contains("04:20:00Z");
        });
        passes(Duration.ofSeconds(5), Duration.ofSeconds(5));
        assertThat(trail).hasSize(1);
        passes(Duration.ofMinutes(61), Duration.ofMinutes(61));
        assertThat(watch.findings()).isEmpty();
    }

    @Test
    void aLeapBackIsOneAndSmallCorrectionsAreNone() {
        passes(Duration.ofSeconds(5), Duration.ofMinutes(4));
        assertThat(trail).isEmpty();
        passes(Duration.ofSeconds(5), Duration.ofMinutes(-6));
        assertThat(trail).hasSize(1);
    }

    @Test
    void aMachineThatWasBusyForLongHasNoLeap() {
        passes(Duration.ofMinutes(30), Duration.ofMinutes(30));
        assertThat(trail).isEmpty();
    }
}
