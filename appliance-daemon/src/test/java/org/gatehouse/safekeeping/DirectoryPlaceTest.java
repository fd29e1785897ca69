package org.gatehouse.safekeeping;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class DirectoryPlaceTest {
    @TempDir
    private Path folder;

    @Test
    void directoryThatIsNotThereIsNamedWithWhatToDo() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "backup");
        Path nowhere = folder.resolve("nowhere");

        assertThatThrownBy(() -> new DirectoryPlace(nowhere).put("a.backup", file)).hasMessageContaining("no directory")
                .hasMessageContaining(nowhere.toString()).hasMessageContaining("SFTP");
        assertThat(nowhere).doesNotExist();
    }

    @Test
    void whatIsPutThereIsListed() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "backup");
        DirectoryPlace place = new DirectoryPlace(Files.createDirectory(folder.resolve("disk")));
        place.put("a.backup", file);
        assertThat(place.list()).containsExactly(new Kept("a.backup", 6));
    }
}
