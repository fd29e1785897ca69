package org.gatehouse.gpu.nvml;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

import com.sun.jna.Pointer;
import org.jspecify.annotations.Nullable;

import org.gatehouse.gpu.Gpu;
import org.gatehouse.gpu.GpuCondition;
import org.gatehouse.gpu.GpuMetric;
import org.gatehouse.gpu.GpuProcess;
import org.gatehouse.gpu.GpuSnapshot;
import org.gatehouse.gpu.GpuSource;
import org.gatehouse.gpu.GpuTopology;
import org.gatehouse.gpu.MigInstance;
import org.gatehouse.gpu.NumaNodes;
import org.gatehouse.gpu.Readings;
import org.gatehouse.gpu.Sampling;
import org.gatehouse.gpu.SourceKind;
import org.gatehouse.gpu.nvml.NvmlDevices.Device;
import org.gatehouse.gpu.nvml.NvmlReadings.LinkTotals;

/** The GPUs that the driver's own library shows. Made by {@link NvmlSources}; for one thread at a time. */
final class NvmlSource implements GpuSource {
    private static final int SLOW_EVERY = 10;

    private final String node;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final NvmlSession session;
    private final NvmlDevices catalogue;
    private final NvmlReadings reader;
    private final NvmlProcesses processes;
    private final NvmlEvents events;
    private final GpuTopology topology;
    private final List<Eye> eyes = new ArrayList<>();
    private final List<String> notes;
    private long samples;
    private boolean closed;

    NvmlSource(String node, Clock clock, LongSupplier nanoTime, NumaNodes numaNodes, NvmlSession session) {
        this.node = node;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.session = session;
        this.catalogue = new NvmlDevices(session);
        this.reader = new NvmlReadings(session);
        this.processes = new NvmlProcesses(session);
        List<Device> devices = catalogue.devices(numaNodes);
        NvmlTopology links = new NvmlTopology(session, devices);
        this.topology = links.read();
        this.events = new NvmlEvents(session, devices);
        for (Device device : devices) {
            eyes.add(new Eye(device, links.linkSlots(device.identity().uuid())));
        }
        this.notes = events.reportsXids()
                ? List.of()
                : List.of(
                        "The driver does not report XIDs of every GPU to this process; look at the kernel log for them.");
    }

    /** How many GPUs there are. */
    int count() {
        return eyes.size();
    }

    @Override
    public SourceKind kind() {
        return SourceKind.NVML;
    }

    @Override
    public Sampling sample() {
        Instant now = clock.instant();
        boolean slowTurn = samples % SLOW_EVERY == 0;
        int pcieTurn = eyes.isEmpty() ? -1 : (int) (samples % eyes.size());
        samples++;
        List<Gpu> gpus = new ArrayList<>(eyes.size());
        for (int i = 0; i < eyes.size(); i++) {
            gpus.add(eyes.get(i).look(slowTurn, i == pcieTurn));
        }
        return new Sampling.Taken(new GpuSnapshot(node, SourceKind.NVML, false, now, gpus, topology, notes),
                events.drain(now), events.reportsXids());
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        eyes.forEach(Eye::close);
        events.close();
        processes.close();
        reader.close();
        session.close();
    }

    /** What is remembered of one GPU between samples. */
    private final class Eye {
        private final Device device;
        private final int linkSlots;
        private final @Nullable NvmlGpm gpm;
        private Readings rare = Readings.none();
        private boolean migEnabled;
        private LinkTotals totals = new LinkTotals(-1, -1);
        private long totalsAt;

        Eye(Device device, int linkSlots) {
            this.device = device;
            this.linkSlots = linkSlots;
            this.gpm = NvmlGpm.supported(session, device.handle()) ? NvmlGpm.of(session, device.handle()) : null;
        }

        Gpu look(boolean slowTurn, boolean pcieTurn) {
            Pointer handle = device.handle();
            Readings.Builder values = new Readings.Builder();
            reader.often(handle, values);
            if (reader.lost()) {
                return Gpu.blind(device.identity(), GpuCondition.LOST);
            }
            traffic(values);
            if (gpm != null) {
                gpm.read(values);
            }
            if (slowTurn) {
                Readings.Builder builder = rare.toBuilder();
                reader.rarely(handle, linkSlots, builder);
                rare = builder.build();
                migEnabled = catalogue.migEnabled(device);
            }
            if (gpm == null && pcieTurn) {
                Readings.Builder builder = rare.toBuilder();
                reader.pcieTraffic(handle, builder);
                rare = builder.build();
            }
            for (GpuMetric metric : GpuMetric.values()) {
                if (rare.has(metric) || rare.absence(metric) != Readings.Absence.NOT_READ) {
                    values.copy(metric, rare);
                }
            }
            Readings readings = values.build();
            List<MigInstance> instances = migEnabled
                    ? catalogue.instances(device, readings.whole(GpuMetric.MEMORY_TOTAL).orElse(0))
                    : List.of();
            return switch (processes.of(device)) {
                case NvmlProcesses.Listing.Listed(List<GpuProcess> list) ->
                    new Gpu(device.identity(), GpuCondition.OK, readings, migEnabled, instances, list, true);
                case NvmlProcesses.Listing.Unknown() ->
                    new Gpu(device.identity(), GpuCondition.OK, readings, migEnabled, instances, List.of(), false);
            };
        }

        /** Fields without a function, and, without GPM, NVLink's rates from the growth of its totals. */
        private void traffic(Readings.Builder values) {
            LinkTotals seen = reader.fields(device.handle(), linkSlots > 0, values);
            long now = nanoTime.getAsLong();
            double seconds = (now - totalsAt) / 1e9;
            if (totals.sentKibibytes() >= 0 && seen.sentKibibytes() >= totals.sentKibibytes()
                    && seen.receivedKibibytes() >= totals.receivedKibibytes() && seconds > 0) {
                double sent = (seen.sentKibibytes() - totals.sentKibibytes()) * 1024 / seconds;
                double received = (seen.receivedKibibytes() - totals.receivedKibibytes()) * 1024 / seconds;
                values.put(GpuMetric.NVLINK_SENT, sent).put(GpuMetric.NVLINK_RECEIVED, received)
                        .put(GpuMetric.NVLINK_BANDWIDTH, (sent + received) / 1e6);
            }
            totals = seen;
            totalsAt = now;
        }

        void close() {
            if (gpm != null) {
                gpm.close();
            }
        }
    }
}
