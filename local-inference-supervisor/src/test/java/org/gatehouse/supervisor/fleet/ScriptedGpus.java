package org.gatehouse.supervisor.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.gatehouse.supervisor.Listen;
import org.gatehouse.supervisor.control.Asleep;
import org.gatehouse.supervisor.control.HttpEngineControl;
import org.gatehouse.supervisor.engines.Engine;
import org.gatehouse.supervisor.fleet.EngineProcesses.Found;
import org.gatehouse.supervisor.planning.EngineKind;
import org.gatehouse.supervisor.planning.GpuCapacity;

/**
 * GPUs whose state stands in a file ({@code well}, {@code gone}, or why it is out of service; one line each) and whose memory is held by
 * the processes that live: a family holds its share until its last process has ended, as with a real driver. Looks each 50 ms, on a
 * thread of its own, for a monitor is never quite up to date either.
 */
final class ScriptedGpus implements GpuView {
    static final long GIB = FakeBox.GIB;
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);
    private static final Duration LONGEST_QUESTION = Duration.ofMillis(300);

    private final Path script;
    private final Path sockets;
    private final EngineProcesses processes;
    private final HttpEngineControl control = new HttpEngineControl(
            new HttpEngineControl.Deadlines(LONGEST_QUESTION, LONGEST_QUESTION, LONGEST_QUESTION, LONGEST_QUESTION,
                    LONGEST_QUESTION),
            System::nanoTime);
    /** What each family last held; a family that does not answer holds what it held. */
    private final Map<String, Long> holdings = new ConcurrentHashMap<>();
    private volatile List<Sight> sights;

    ScriptedGpus(Path script, Path sockets, EngineProcesses processes) throws IOException {
        this.script = script;
        this.sockets = sockets;
        this.processes = processes;
        this.sights = look();
        Thread.ofPlatform().daemon().name("scripted-gpus").start(this::live);
    }

    @Override
    public List<Sight> gpus() {
        return sights;
    }

    private void live() {
        while (true) {
            try {
                sights = look();
                Thread.sleep(BETWEEN_LOOKS);
            } catch (InterruptedException e) {
                return;
            } catch (IOException e) {
                // It is being written anew.
            }
        }
    }

    private List<Sight> look() throws IOException {
        List<String> states = Files.readAllLines(script);
        Map<Integer, Long> used = new HashMap<>();
        Set<String> alive = new HashSet<>();
        Map<String, Found> families = new HashMap<>();
        for (Found found : processes.all()) {
            families.merge(found.marker(), found, (one, other) -> one.isRoot() ? one : other);
        }
        families.forEach((marker, found) -> {
            alive.add(marker);
            holdings.put(marker, held(marker, found));
            used.merge(found.gpu(), holdings.getOrDefault(marker, 0L), Long::sum);
        });
        holdings.keySet().retainAll(alive);
        List<Sight> seen = new ArrayList<>();
        for (int index = 0; index < states.size(); index++) {
            String state = states.get(index);
            if (!state.equals("gone")) {
                GpuCapacity gpu = GpuCapacity
                        .whole("GPU-" + index, "box", index, "Scripted 24", FakeBox.GPU_BYTES, 90).at(0, 0)
                        .taken(used.getOrDefault(index, 0L), 0, 0);
                seen.add(new Sight(gpu, state.equals("well") ? "" : state));
            }
        }
        return seen;
    }

    private long held(String marker, Found found) {
        if (!found.isRoot()) {
            return holdings.getOrDefault(marker, FakeBox.GPU_BYTES / 4); // Only the engine core is left.
        }
        long full = (long) (Double.parseDouble(found.after("--gpu-memory-utilization")) * FakeBox.GPU_BYTES);
        if (!found.arguments().contains("--enable-sleep-mode")) {
            return full;
        }
        Listen listen = new Listen.UnixSocket(sockets.resolve(found.instance() + ".sock"));
        return switch (control.asleep(Engine.of(EngineKind.VLLM), listen)) {
            case Asleep.YES -> GIB / 2;
            case Asleep.NO -> full;
            case Asleep.UNKNOWN -> holdings.getOrDefault(marker, full);
        };
    }
}
