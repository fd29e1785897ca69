package org.gatehouse.gpu;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

final class XidTableTest {
    @Test
    void everyNumberHasAMeaningAndAnAdvice() {
        for (int code = 0; code < 300; code++) {
            XidTable.Entry entry = XidTable.of(code);
            assertThat(entry.meaning()).isNotBlank();
            assertThat(entry.advice()).isNotBlank();
        }
    }

    @Test
    void aGpuThatFellOffTheBusNeedsANewBoot() {
        assertThat(XidTable.of(79).severity()).isEqualTo(Severity.CRITICAL);
        assertThat(XidTable.of(79).action()).isEqualTo(GpuAction.REBOOT);
    }

    @Test
    void aFaultOfAnApplicationDoesNotTakeTheGpuOut() {
        for (int code : new int[]{13, 31, 43, 94}) {
            assertThat(XidTable.of(code).severity()).as("XID " + code).isEqualTo(Severity.WARNING);
            assertThat(XidTable.of(code).action()).as("XID " + code).isEqualTo(GpuAction.RESTART_ENGINE);
        }
    }

    @Test
    void anUnknownNumberIsAWarningAndSaysThatItIsUnknown() {
        assertThat(XidTable.of(9_999).severity()).isEqualTo(Severity.WARNING);
        assertThat(XidTable.of(9_999).meaning()).contains("does not know");
    }

    @Test
    void linksOfTheFifthGenerationAreKnownByTheirRange() {
        assertThat(XidTable.of(145).action()).isEqualTo(GpuAction.DRAIN_AND_RESET);
        assertThat(XidTable.of(151)).isEqualTo(XidTable.of(9_999));
    }
}
