package org.gatehouse.supervisor;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class BackendChoiceTest {
    @ParameterizedTest
    @CsvSource({"AUTOMATIC, true, root, true", "AUTOMATIC, true, gatehouse, false", "AUTOMATIC, false, root, false",
            "SYSTEMD, true, gatehouse, true", "PROCESS_GROUPS, true, root, false"})
    void unitsAreUsedWhereSystemdRunsTheBoxAndTheDaemonIsRootUnlessSomebodySaysOtherwise(BackendChoice choice,
            boolean booted, String user, boolean units) {
        assertThat(choice.usesUnits(booted, user)).isEqualTo(units);
    }
}
