package org.gatehouse.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SettingsTest {

    @TempDir
    private Path directory;

    private Settings read(String text, Map<String, String> environment) throws IOException {
        return Settings.read(Files.writeString(directory.resolve("appliance.yaml"), text), true, environment);
    }

    @Test
    void spaceForKeptRecordsIsReadFromTheFileAndFromAVariable() throws IOException {
        assertThat(read("data: /data", Map.of()).journal().toTrail(directory).keptMaximumBytes())
                .isEqualTo(16L << 30);
        assertThat(read("journal: {kept-max-bytes: 1073741824}", Map.of()).journal().toTrail(directory)
                .keptMaximumBytes()).isEqualTo(1L << 30);
        assertThat(read("journal: {kept-max-bytes: 1073741824}",
                Map.of("GATEHOUSE_JOURNAL_KEPT_MAX_BYTES", "536870912")).journal().toTrail(directory)
                .keptMaximumBytes()).isEqualTo(1L << 29);
    }

    @Test
    void tooLittleSpaceForKeptRecordsIsRefusedWithTheKeysName() throws IOException {
        Settings settings = read("journal: {kept-max-bytes: 1000}", Map.of());
        assertThatThrownBy(() -> settings.journal().toTrail(directory)).isInstanceOf(SettingsException.class)
                .hasMessageContaining("journal.kept-max-bytes is 1000");
    }
}
