package org.gatehouse.supervisor;

import org.junit.jupiter.api.Test;

import org.gatehouse.supervisor.engines.Diagnosis;

import static org.assertj.core.api.Assertions.assertThat;

class UnitEndTest {
    @Test
    void endedUnitTellsItsCodeOrItsSignal() {
        assertThat(UnitEnd.exitCode("LoadState=loaded\nExecMainCode=1\nExecMainStatus=7")).hasValue(7);
        assertThat(UnitEnd.exitCode("ExecMainCode=2\nExecMainStatus=9\nLoadState=loaded")).hasValue(137);
        assertThat(UnitEnd.exitCode("ExecMainCode=3\nExecMainStatus=6\nLoadState=loaded")).hasValue(134);
    }

    @Test
    void unitWhoseEndSystemdHasNotReadYetIsAskedAgain() {
        assertThat(UnitEnd.exitCode("LoadState=loaded\nExecMainCode=0\nExecMainStatus=0")).isEmpty();
    }

    @Test
    void unitThatIsGoneOrAnswersOtherwiseIsUnknown() {
        assertThat(UnitEnd.exitCode("LoadState=not-found\nExecMainCode=0\nExecMainStatus=0"))
                .hasValue(Diagnosis.EXIT_UNKNOWN);
        assertThat(UnitEnd.exitCode("4711")).hasValue(Diagnosis.EXIT_UNKNOWN);
        assertThat(UnitEnd.exitCode("")).hasValue(Diagnosis.EXIT_UNKNOWN);
    }
}
