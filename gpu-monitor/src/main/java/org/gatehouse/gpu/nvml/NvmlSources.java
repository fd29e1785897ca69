package org.gatehouse.gpu.nvml;

import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;

import org.gatehouse.gpu.GpuProcess;
import org.gatehouse.gpu.NumaNodes;
import org.gatehouse.gpu.ProcessReader;
import org.gatehouse.gpu.SourceCandidate;
import org.gatehouse.gpu.SourceCandidate.Opening;
import org.gatehouse.gpu.SourceKind;

/** Opens NVML, as a source or only to see processes. Thread-safe. */
public final class NvmlSources {
    /** The name under which every Linux driver installs it. */
    public static final List<String> STANDARD_LIBRARIES = List.of("libnvidia-ml.so.1");

    private final String node;
    private final List<String> libraries;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final NumaNodes numaNodes;

    /**
     * Takes what every source needs.
     *
     * @param node the machine's name
     * @param libraries names or paths of libnvidia-ml, the one to prefer first
     * @param nanoTime a clock that never jumps, such as {@code System::nanoTime}
     */
    public NvmlSources(String node, List<String> libraries, Clock clock, LongSupplier nanoTime) {
        this.node = Objects.requireNonNull(node, "node");
        this.libraries = List.copyOf(libraries);
        this.clock = Objects.requireNonNull(clock, "clock");
        this.nanoTime = Objects.requireNonNull(nanoTime, "nanoTime");
        this.numaNodes = new NumaNodes(Path.of("/sys"));
    }

    /** The driver's GPUs. */
    public SourceCandidate driver() {
        return new SourceCandidate(SourceKind.NVML, "NVML", this::open);
    }

    /**
     * A reader of processes for a source that cannot see them. It opens NVML at its first use, and sees nothing where there is none. For
     * one thread at a time.
     */
    public ProcessReader processReader() {
        return new Processes(libraries, numaNodes);
    }

    private Opening open() {
        return switch (NvmlSession.open(libraries)) {
            case NvmlSession.Opening.Refused(String reason) -> new Opening.Unavailable(reason);
            case NvmlSession.Opening.Opened(NvmlSession session) -> {
                NvmlSource source = new NvmlSource(node, clock, nanoTime, numaNodes, session);
                if (source.count() == 0) {
                    source.close();
                    yield new Opening.Unavailable(
                            "NVML works, but the driver shows no GPU; look at nvidia-smi and lspci");
                }
                yield new Opening.Opened(source);
            }
        };
    }

    private static final class Processes implements ProcessReader {
        private final List<String> libraries;
        private final NumaNodes numaNodes;
        private Opened opened = new Opened.Untried();

        Processes(List<String> libraries, NumaNodes numaNodes) {
            this.libraries = libraries;
            this.numaNodes = numaNodes;
        }

        private sealed interface Opened {
            record Untried() implements Opened {}

            record Useless() implements Opened {}

            record Ready(NvmlSession session, NvmlProcesses processes, List<NvmlDevices.Device> devices)
                    implements
                        Opened {}
        }

        @Override
        public Map<String, List<GpuProcess>> read() {
            if (opened instanceof Opened.Untried) {
                opened = open();
            }
            Map<String, List<GpuProcess>> found = new HashMap<>();
            if (opened instanceof Opened.Ready ready) {
                for (NvmlDevices.Device device : ready.devices()) {
                    if (ready.processes().of(device) instanceof NvmlProcesses.Listing.Listed(var list)) {
                        found.put(device.identity().uuid(), list);
                    }
                }
            }
            return found;
        }

        @Override
        public void close() {
            if (opened instanceof Opened.Ready ready) {
                ready.processes().close();
                ready.session().close();
            }
            opened = new Opened.Useless();
        }

        private Opened open() {
            return switch (NvmlSession.open(libraries)) {
                case NvmlSession.Opening.Refused _ -> new Opened.Useless();
                case NvmlSession.Opening.Opened(NvmlSession session) -> new Opened.Ready(session,
                        new NvmlProcesses(session), new NvmlDevices(session).devices(numaNodes));
            };
        }
    }
}
