package org.gatehouse.gpu;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * All GPUs of one node at one moment. Immutable.
 *
 * @param node the machine's name: this box, or a remote one that is scraped
 * @param source what it was read from
 * @param simulated whether the devices do not exist; whoever shows this snapshot shows that too
 * @param takenAt when it was read
 * @param gpus the devices by index; empty when there are none
 * @param topology how they hang together
 * @param notes what people should know: what the source cannot read here, why a better source was not taken
 */
public record GpuSnapshot(String node, SourceKind source, boolean simulated, Instant takenAt, List<Gpu> gpus,
        GpuTopology topology, List<String> notes) {

    /** Copies the lists. */
    public GpuSnapshot {
        Objects.requireNonNull(node, "node");
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(takenAt, "takenAt");
        Objects.requireNonNull(topology, "topology");
        gpus = List.copyOf(gpus);
        notes = List.copyOf(notes);
    }

    /** How old it is; never negative. */
    public Duration age(Clock clock) {
        Duration age = Duration.between(takenAt, clock.instant());
        return age.isNegative() ? Duration.ZERO : age;
    }

    /** The GPU with this uuid. */
    public Optional<Gpu> gpu(String uuid) {
        return gpus.stream().filter(gpu -> gpu.uuid().equals(uuid)).findFirst();
    }

    /** The same with other devices. */
    public GpuSnapshot withGpus(List<Gpu> others) {
        return new GpuSnapshot(node, source, simulated, takenAt, others, topology, notes);
    }

    /** The same with other notes. */
    public GpuSnapshot withNotes(List<String> others) {
        return new GpuSnapshot(node, source, simulated, takenAt, gpus, topology, others);
    }
}
