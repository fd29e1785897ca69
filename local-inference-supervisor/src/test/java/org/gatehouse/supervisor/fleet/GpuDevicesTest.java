package org.gatehouse.supervisor.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.supervisor.planning.GpuCapacity;
import org.gatehouse.supervisor.planning.GpuCapacity.MigParent;

import static org.assertj.core.api.Assertions.assertThat;

class GpuDevicesTest {
    private static final GpuCapacity WHOLE = GpuCapacity.whole("GPU-a", "box", 0, "Paper 24", FakeBox.GPU_BYTES, 90);
    private static final GpuCapacity PART = new GpuCapacity("MIG-a", "box", 0, "Paper 24 1g", FakeBox.GIB, 0, 0, 0, 90,
            GpuCapacity.NONE, GpuCapacity.NONE, new MigParent("GPU-a", FakeBox.GPU_BYTES));

    @TempDir
    private Path capabilities = Path.of("/");

    private GpuDevices.Devices of(GpuView.Sight sight) {
        return new GpuDevices(capabilities).of(List.of(sight.capacity()), List.of(sight));
    }

    private void capability(String where, int minor) throws IOException {
        Files.writeString(Files.createDirectories(capabilities.resolve(where)).resolve("access"),
                "DeviceFileMinor: " + minor + "\nDeviceFileMode: 292\nDeviceFileModify: 1\n");
    }

    @Test
    void deviceIsTheOneThatTheDriverNumbersNotTheOneOfTheIndex() {
        GpuDevices.Devices devices = of(GpuView.Sight.of(WHOLE).at(3, -1));

        assertThat(devices.names()).containsExactly("/dev/nvidia3");
        assertThat(devices.doubts()).isEmpty();
    }

    @Test
    void instanceOfADividedGpuHasItsOwnFilesAndThoseOfItsComputeInstances() throws IOException {
        capability("gpu3/mig/gi9", 93);
        capability("gpu3/mig/gi9/ci0", 94);
        capability("gpu3/mig/gi11", 102);

        GpuDevices.Devices devices = of(GpuView.Sight.of(PART).at(3, 9));

        assertThat(devices.names()).containsExactly("/dev/nvidia3", "/dev/nvidia-caps/nvidia-cap93",
                "/dev/nvidia-caps/nvidia-cap94");
        assertThat(devices.doubts()).isEmpty();
    }

    @Test
    void whatTheDriverDoesNotTellIsSaidAndNotGuessed() {
        assertThat(of(GpuView.Sight.of(WHOLE))).satisfies(devices -> {
            assertThat(devices.names()).containsExactly("char-nvidia", "char-nvidia-frontend");
            assertThat(devices.doubts()).singleElement().asString().contains("GPU 0 (box)", "is not known");
        });
        assertThat(of(GpuView.Sight.of(PART).at(3, 9))).satisfies(devices -> {
            assertThat(devices.names()).containsExactly("/dev/nvidia3", "char-nvidia-caps");
            assertThat(devices.doubts()).singleElement().asString().contains("MIG-a", "cannot be read");
        });
    }
}
