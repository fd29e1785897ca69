package org.gatehouse.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

final class RunningBoxTest {
    @TempDir
    private Path folder;

    @Test
    void applianceSaysItsRelease() throws IOException {
        Path ours = Files.writeString(folder.resolve("ours"),
                "ID=debian\nVERSION_ID=\"13\"\nIMAGE_ID=gatehouse\nIMAGE_VERSION=1.4.0\n");
        assertThat(RunningBox.releaseOf(ours)).contains("1.4.0");
    }

    @Test
    void anotherSystemSaysNothingOfOurs() throws IOException {
        Path others = Files.writeString(folder.resolve("others"), "ID=debian\nIMAGE_ID=other\nIMAGE_VERSION=7\n");
        assertThat(RunningBox.releaseOf(others)).isEmpty();
        assertThat(RunningBox.releaseOf(folder.resolve("none"))).isEmpty();
    }
}
