package org.gatehouse.supervisor;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class UnitPropertiesTest {
    private static List<String> of(Listen listen, Confinement confinement) {
        return UnitProperties.of(new ServiceManager.Unit("gatehouse-engine-chat-g1.service", "chat",
                new EngineCommand(List.of("vllm"), Map.of(), Path.of("/")), Map.of(), Path.of("/log"), listen,
                confinement, Duration.ofSeconds(2)), Path.of("/env"), "");
    }

    @Test
    void engineOnAPortKeepsTheLoopbackNetworkAndNothingElse() {
        assertThat(of(new Listen.LoopbackPort(8000), Confinement.to(List.of(), List.of())))
                .contains("IPAddressDeny=any", "IPAddressAllow=localhost", "DevicePolicy=closed")
                .doesNotContain("PrivateNetwork=yes").noneMatch(property -> property.startsWith("DeviceAllow="));
    }

    @Test
    void dividedGpuBringsItsInstancesDevices() {
        assertThat(of(new Listen.UnixSocket(Path.of("/run/e.sock")),
                new Confinement(true, List.of("/dev/nvidia1", "/dev/nvidia-caps/nvidia-cap12"), List.of(), 1 << 30)))
                .contains("DeviceAllow=/dev/nvidia1 rw", "DeviceAllow=/dev/nvidia-caps/nvidia-cap12 rw",
                        "MemoryMax=1073741824",
                        "ReadWritePaths=/run", "PrivateNetwork=yes");
    }

    @Test
    void unconfinedEngineIsStillEndedAsAWhole() {
        assertThat(of(new Listen.LoopbackPort(8000), Confinement.NONE)).contains("KillMode=mixed", "SendSIGKILL=yes")
                .noneMatch(property -> property.startsWith("Device") || property.startsWith("Protect"));
    }

    @Test
    void valuesOfTheEnvironmentFileAreEscaped() {
        assertThat(EnvironmentFile.text(Map.of("B", "a\"b\\c`d$e", "A", "x y")))
                .isEqualTo("A=\"x y\"\nB=\"a\\\"b\\\\c\\`d\\$e\"\n");
    }
}
