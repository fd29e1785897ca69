package org.gatehouse.audit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class BlockSummaryTest {

    @Test
    void whatWasAddedIsNeverDeniedAndWhatWasNotIsSeldomClaimed() {
        BlockSummary summary = new BlockSummary();
        for (int row = 0; row < TrailBlocks.SIZE; row++) {
            summary.add(1, "trace-" + row);
            summary.add(2, "request-" + row);
            summary.add(3, "department-" + row % 40);
        }
        BlockSummary stored = new BlockSummary(summary.bytes().clone());
        for (int row = 0; row < TrailBlocks.SIZE; row++) {
            assertThat(stored.mayHold("trace_id", "trace-" + row)).isTrue();
            assertThat(stored.mayHold("request_id", "request-" + row)).isTrue();
        }
        int claimed = 0;
        for (int i = 0; i < 10_000; i++) {
            claimed += stored.mayHold("request_id", "another-" + i) ? 1 : 0;
        }
        assertThat(claimed).isLessThan(150);
        assertThat(stored.mayHold("a column it does not know", "x")).isTrue();
    }
}
