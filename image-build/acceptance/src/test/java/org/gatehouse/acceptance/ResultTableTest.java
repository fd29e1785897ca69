package org.gatehouse.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

final class ResultTableTest {
    @TempDir
    Path folder;

    private static ResultTable.Row row(String round, String step, String outcome, String version) {
        return new ResultTable.Row(round, step, outcome, 3, "a | b", version);
    }

    @Test
    void laterRunReplacesTheRoundsThatItHasAndLeavesTheOthers() throws IOException {
        Path page = folder.resolve("docs/table.md");
        ResultTable first = new ResultTable(page);
        first.put(row("One", "starts", "passed", "1.0.0"));
        first.put(row("One", "ends", "FAILED", "1.0.0"));
        first.put(row("Two", "starts", "passed", "1.0.0"));

        new ResultTable(page).put(row("One", "starts", "passed", "1.0.1"));

        assertThat(Files.readAllLines(page)).filteredOn(line -> line.startsWith("| One") || line.startsWith("| Two"))
                .containsExactly("| One | starts | passed | 3 | a \\| b | 1.0.1 |",
                        "| Two | starts | passed | 3 | a \\| b | 1.0.0 |");
    }
}
