package org.gatehouse.gpu.dcgm;

import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import org.gatehouse.gpu.GpuProcess;
import org.gatehouse.gpu.NumaNodes;
import org.gatehouse.gpu.ProcessReader;
import org.gatehouse.gpu.SourceCandidate;
import org.gatehouse.gpu.SourceCandidate.Opening;
import org.gatehouse.gpu.SourceKind;
import org.gatehouse.gpu.dcgm.DcgmConnector.Connecting;

/** Opens DCGM: the host engine that runs, or, where the settings allow it, one inside this process. Thread-safe. */
public final class DcgmSources {
    private final String node;
    private final DcgmSettings settings;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final NumaNodes numaNodes;
    private final Supplier<ProcessReader> processes;

    /**
     * Takes what every source needs.
     *
     * @param nanoTime a clock that never jumps, such as {@code System::nanoTime}
     * @param processes makes the reader that adds processes to each snapshot; the source closes it
     */
    public DcgmSources(String node, DcgmSettings settings, Clock clock, LongSupplier nanoTime,
            Supplier<ProcessReader> processes) {
        this.node = Objects.requireNonNull(node, "node");
        this.settings = Objects.requireNonNull(settings, "settings");
        this.clock = Objects.requireNonNull(clock, "clock");
        this.nanoTime = Objects.requireNonNull(nanoTime, "nanoTime");
        this.numaNodes = new NumaNodes(Path.of("/sys"));
        this.processes = Objects.requireNonNull(processes, "processes");
    }

    /** A reader that sees no processes. */
    public static ProcessReader withoutProcesses() {
        return new ProcessReader() {
            @Override
            public Map<String, List<GpuProcess>> read() {
                return Map.of();
            }

            @Override
            public void close() {
                // Holds nothing.
            }
        };
    }

    /** The host engine that runs on its own. */
    public SourceCandidate hostEngine() {
        return new SourceCandidate(SourceKind.DCGM, "DCGM host engine",
                () -> opened(new DcgmConnector(settings).connect()));
    }

    /** A host engine inside this process; refuses unless {@link DcgmSettings#embedded()}. */
    public SourceCandidate embedded() {
        return new SourceCandidate(SourceKind.DCGM_EMBEDDED, "embedded DCGM", () -> settings.embedded()
                ? opened(new DcgmConnector(settings).embed())
                : new Opening.Unavailable(
                        "Embedded DCGM is switched off, because a fault in it would end this process"));
    }

    private Opening opened(Connecting connecting) {
        return switch (connecting) {
            case Connecting.Refused(String reason) -> new Opening.Unavailable(reason);
            case Connecting.Connected(DcgmSession session) -> {
                DcgmSource source = new DcgmSource(node, clock, nanoTime, numaNodes, processes.get(), session,
                        settings.policies(), Long.toString(ProcessHandle.current().pid(), 36) + "-"
                                + Long.toString(ThreadLocalRandom.current().nextLong() >>> 1, 36));
                if (source.count() == 0) {
                    source.close();
                    yield new Opening.Unavailable("The DCGM host engine (version " + session.engineVersion()
                            + ") sees no GPU, or does not tell through " + session.library().name()
                            + "; look at dcgmi discovery -l");
                }
                yield new Opening.Opened(source);
            }
        };
    }
}
