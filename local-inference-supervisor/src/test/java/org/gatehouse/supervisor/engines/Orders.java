package org.gatehouse.supervisor.engines;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.gatehouse.supervisor.planning.Batch;
import org.gatehouse.supervisor.planning.DataType;
import org.gatehouse.supervisor.planning.DeviceMemory;
import org.gatehouse.supervisor.planning.EngineKind;
import org.gatehouse.supervisor.planning.GpuCapacity;
import org.gatehouse.supervisor.planning.Placement;
import org.gatehouse.supervisor.planning.Plan;
import org.gatehouse.supervisor.planning.Shape;
import org.gatehouse.supervisor.planning.Wish;

/** Orders and plans for them, without planning. */
final class Orders {
    static final long GIB = 1L << 30;
    static final EngineAddress SOCKET = new EngineAddress.UnixSocket(Path.of("/run/engines/chat.sock"));
    static final EngineAddress PORT = new EngineAddress.LoopbackPort(9001);

    private Orders() {}

    static EngineOrder order(EngineKind engine) {
        return EngineOrder.of("chat-large", Path.of("/models/qwen3-32b"), Wish.of(engine), Path.of("/state/chat"));
    }

    static GpuCapacity gpu(String node, int index) {
        return GpuCapacity.whole("GPU-" + node + index, node, index, "H100", 80 * GIB, 90).at(0, 0);
    }

    static GpuCapacity mig(String id) {
        return new GpuCapacity(id, "box", 3, "H100", 20 * GIB, 0, 0, 0, 90, GpuCapacity.NONE, 0,
                new GpuCapacity.MigParent("GPU-3", 80 * GIB));
    }

    /** A replica divided so on these GPUs, each giving 92 %, a half of that for the cache. */
    static Plan.Fits plan(Shape shape, GpuCapacity... gpus) {
        long total = 80 * GIB * 920 / 1000;
        boolean mig = gpus[0].isMig();
        DeviceMemory memory = mig
                ? new DeviceMemory(8 * GIB, 8 * GIB, GIB, 0, GIB, 0)
                : new DeviceMemory(total / 2 - 4 * GIB, total - total / 2, 2 * GIB, GIB, GIB, 0);
        Placement placement = new Placement(0, shape, List.of(gpus), memory, mig ? 225 : 920, mig);
        return new Plan.Fits(List.of(placement), shape, 40_960, 40_960, 3, new Batch(8192, 1024), DataType.BFLOAT16,
                List.of());
    }

    static Launch launch(EngineOrder order, Plan.Fits plan, EngineAddress address) {
        return Engine.of(order.wish().engine()).launch(order, plan, plan.placements().getFirst(), address);
    }

    static Launch.Command command(EngineOrder order, Plan.Fits plan, EngineAddress address) {
        return switch (launch(order, plan, address)) {
            case Launch.Command command -> command;
            case Launch.Refused(ArgumentProblem problem) -> throw new AssertionError(problem.message());
        };
    }

    static ArgumentProblem problem(EngineOrder order, Plan.Fits plan, EngineAddress address) {
        return switch (launch(order, plan, address)) {
            case Launch.Refused(ArgumentProblem problem) -> problem;
            case Launch.Command command -> throw new AssertionError("was not refused: " + command.arguments());
        };
    }

    static List<GpuCapacity> gpus(String node, int count) {
        List<GpuCapacity> gpus = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            gpus.add(gpu(node, index));
        }
        return gpus;
    }
}
