package org.gatehouse.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.gatehouse.batch.BatchLimits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What may be said of batches in the settings. */
class BatchSettingsTest {
    @TempDir
    Path directory;

    private BatchLimits limits(String yaml) throws IOException {
        Path file = Files.writeString(directory.resolve("appliance.yaml"), yaml);
        return Settings.read(file, true, Map.of()).batches().limits();
    }

    @Test
    void documentedSettingsAreTheDefaults() throws IOException {
        String documented = Snippet.of("docs/batches.md").stream()
                .filter(snippet -> "yaml".equals(snippet.language())).findFirst().orElseThrow().text();

        assertThat(limits(documented)).isEqualTo(limits("data: /tmp\n")).isEqualTo(BatchLimits.USUAL);
    }

    @Test
    void settingsAreHeard() throws IOException {
        BatchLimits limits = limits("batches: {max-file-bytes: 5, rows-per-batch: 2, retention: PT2H}");

        assertThat(limits.fileBytes()).isEqualTo(5);
        assertThat(limits.rowsPerBatch()).isEqualTo(2);
        assertThat(limits.retention()).isEqualTo(Duration.ofHours(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"max-file-bytes: 0", "max-file-bytes: 3000000000", "max-rows: -1", "rows-on-box: 0",
            "retention: PT1S", "max-project-bytes: 0"})
    void settingsThatCannotBeAreRefusedByName(String wrong) {
        assertThatThrownBy(() -> limits("batches: {" + wrong + "}")).isInstanceOf(SettingsException.class)
                .hasMessageContaining("batches." + wrong.substring(0, wrong.indexOf(':')));
    }
}
