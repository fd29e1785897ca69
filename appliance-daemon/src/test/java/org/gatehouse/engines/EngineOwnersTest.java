package org.gatehouse.engines;

import java.io.IOException;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuCondition;
import org.gatehouse.gpu.GpuIdentity;
import org.gatehouse.gpu.GpuProcess;
import org.gatehouse.supervisor.fleet.FleetView;
import org.gatehouse.supervisor.fleet.ReplicaPhase;

import static org.assertj.core.api.Assertions.assertThat;

class EngineOwnersTest {
    private static final Gpu GPU = Gpu.blind(GpuIdentity.of(0, "GPU-0", "Test"), GpuCondition.OK);

    private final EngineOwners owners = new EngineOwners();

    @Test
    void nobodyOwnsAnythingBeforeTheEnginesAreThere() {
        assertThat(owners.ofGpu("box", GPU)).isEmpty();
        assertThat(owners.ofProcess("box", GPU, new GpuProcess(ProcessHandle.current().pid(), 1, -1))).isEmpty();
    }

    @Test
    void processBelongsToTheDeploymentWhoseEngineStartedIt() throws IOException, InterruptedException {
        // A shell that starts a child and names it.
        Process engine = new ProcessBuilder("sh", "-c", "sleep 60 & echo $!; wait").start();
        try {
            long worker = Long.parseLong(engine.inputReader().readLine());
            owners.follow(List::of, () -> Map.of(engine.pid(), "chat"));

            assertThat(owners.ofProcess("box", GPU, new GpuProcess(worker, 1, -1))).contains("chat");
            assertThat(owners.isOurs(worker)).isTrue();
            assertThat(owners.isOurs(ProcessHandle.current().pid())).isFalse();
            ProcessHandle.of(worker).ifPresent(ProcessHandle::destroy);
        } finally {
            engine.destroyForcibly().waitFor();
        }
    }

    @Test
    void gpuBelongsToTheOneDeploymentThatWasPromisedSomeOfIt() {
        var chat = WrittenEngines.standing("chat", FleetView.Standing.SERVING, "", ReplicaPhase.READY, "", 100);
        var other = WrittenEngines.standing("other", FleetView.Standing.SERVING, "", ReplicaPhase.READY, "", 100);
        String id = chat.replicas().getFirst().memory().keySet().iterator().next();
        Gpu gpu = Gpu.blind(GpuIdentity.of(0, id, "Test"), GpuCondition.OK);

        owners.follow(() -> List.of(chat), Map::of);
        assertThat(owners.ofGpu("box", gpu)).contains("chat");
        owners.follow(() -> List.of(chat, other), Map::of);
        assertThat(owners.ofGpu("box", gpu)).as("nobody can tell whose").isEmpty();
    }
}
