package org.gatehouse.compute;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.gpu.SourceCandidate;
import org.gatehouse.gpu.SourceCandidate.Opening;
import org.gatehouse.gpu.SourceKind;

import static org.assertj.core.api.Assertions.assertThat;

class NvidiaPresenceTest {
    @TempDir
    Path root;

    @Test
    void aMachineWithoutNvidiaLoadsNoLibraryUntilADeviceComes() throws IOException {
        int[] opened = {0};
        SourceCandidate guarded = new NvidiaPresence(root)
                .guard(new SourceCandidate(SourceKind.NVML, "NVML", () -> {
                    opened[0]++;
                    return new Opening.Unavailable("no library");
                }));
        write("sys/bus/pci/devices/0000:00:02.0/vendor", "0x8086\n");

        assertThat(guarded.opener().get()).isInstanceOfSatisfying(Opening.Unavailable.class,
                none -> assertThat(none.reason()).contains("no NVIDIA device"));
        assertThat(opened[0]).isZero();

        write("sys/bus/pci/devices/0000:19:00.0/vendor", "0x10DE\n");

        assertThat(guarded.opener().get()).isEqualTo(new Opening.Unavailable("no library"));
        assertThat(opened[0]).isEqualTo(1);
    }

    @Test
    void aContainerThatSeesTheDriverAloneHasGpus() throws IOException {
        assertThat(new NvidiaPresence(root).anything()).isFalse();

        write("dev/nvidiactl", "");

        assertThat(new NvidiaPresence(root).anything()).isTrue();
    }

    private void write(String file, String text) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(Objects.requireNonNull(path.getParent()));
        Files.writeString(path, text);
    }
}
