package org.gatehouse.batch;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** A batch slows down once for what was refused together, and speeds up again step by step. */
class PaceTest {
    private final Pace pace = new Pace(16);
    private final Stopping stopping = new Stopping();

    private List<Integer> take(int count) throws InterruptedException {
        List<Integer> turns = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            turns.add(pace.take(stopping));
        }
        return turns;
    }

    @Test
    void refusalsOfRowsThatRanTogetherCountOnce() throws InterruptedException {
        take(16).forEach(turn -> pace.ran(turn, true));
        assertThat(pace.width()).isEqualTo(8);
        take(8).forEach(turn -> pace.ran(turn, true));
        assertThat(pace.width()).isEqualTo(4);
        for (int i = 0; i < 10; i++) {
            take(1).forEach(turn -> pace.ran(turn, true));
        }
        assertThat(pace.width()).as("one row always runs").isEqualTo(1);
    }

    @Test
    void rowsThatPassWidenIt() throws InterruptedException {
        take(16).forEach(turn -> pace.ran(turn, true));
        for (int i = 0; i < 9; i++) {
            take(1).forEach(turn -> pace.ran(turn, false));
        }
        assertThat(pace.width()).isEqualTo(9);
        for (int i = 0; i < 1_000; i++) {
            take(1).forEach(turn -> pace.ran(turn, false));
        }
        assertThat(pace.width()).isEqualTo(16);
    }

    @Test
    void whoWaitsForItsTurnLeavesWhenTheBatchStops() throws InterruptedException {
        take(16);
        Thread.ofVirtual().start(() -> stopping.stop(Stopping.Why.CANCELLED));

        assertThat(pace.take(stopping)).isNegative();
    }
}
