package org.gatehouse.gpu.nvml;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;

import org.gatehouse.gpu.GpuSymptom;
import org.gatehouse.gpu.Sighting;
import org.gatehouse.gpu.nvml.NvmlDevices.Device;

import static org.gatehouse.gpu.nvml.NvmlAbi.OK;

/** XIDs and uncorrected memory errors through NVML's event set, asked without waiting at each sample. */
final class NvmlEvents implements AutoCloseable {
    private static final int MOST_AT_ONCE = 256;

    private final NvmlSession session;
    private final Map<Long, String> uuids = new HashMap<>();
    private final Memory data = NvmlSession.cleared(NvmlAbi.EventData.SIZE);
    private final Pointer set;
    private final boolean reportsXids;

    NvmlEvents(NvmlSession session, List<Device> devices) {
        this.session = session;
        Memory scratch = session.scratch();
        scratch.setLong(0, 0);
        this.set = session.call("nvmlEventSetCreate", scratch) == OK ? new Pointer(scratch.getLong(0)) : new Pointer(0);
        boolean every = working() && !devices.isEmpty();
        for (Device device : devices) {
            uuids.put(Pointer.nativeValue(device.handle()), device.identity().uuid());
            every &= working() && register(device);
        }
        this.reportsXids = every;
    }

    /** Whether XIDs of every GPU come. */
    boolean reportsXids() {
        return reportsXids;
    }

    /** What has come since the last call. */
    List<Sighting> drain(Instant now) {
        if (!working()) {
            return List.of();
        }
        List<Sighting> sightings = new ArrayList<>();
        // Any other outcome than "nothing came" ends the round too: a lost GPU answers 15 at once, for ever.
        for (int i = 0; i < MOST_AT_ONCE && session.call("nvmlEventSetWait_v2", set, data, 0) == OK; i++) {
            // NVML gives no times; two events of one round must not look like one seen twice.
            Instant at = now.plusNanos(i * 1_000L);
            String uuid = uuids.get(data.getLong(NvmlAbi.EventData.DEVICE));
            long type = data.getLong(NvmlAbi.EventData.TYPE);
            if (uuid != null && type == NvmlAbi.EVENT_XID) {
                sightings.add(new Sighting(uuid, new GpuSymptom.Xid((int) data.getLong(NvmlAbi.EventData.DATA)), at,
                        false));
            } else if (uuid != null && type == NvmlAbi.EVENT_UNCORRECTED_ECC) {
                sightings.add(new Sighting(uuid, new GpuSymptom.UncorrectedMemoryErrors(), at, false));
            }
        }
        return sightings;
    }

    @Override
    public void close() {
        if (working()) {
            session.call("nvmlEventSetFree", set);
        }
        data.close();
    }

    private boolean working() {
        return Pointer.nativeValue(set) != 0;
    }

    private boolean register(Device device) {
        Memory scratch = session.scratch();
        long wanted = NvmlAbi.EVENT_XID | NvmlAbi.EVENT_UNCORRECTED_ECC;
        if (session.call("nvmlDeviceGetSupportedEventTypes", device.handle(), scratch) == OK) {
            wanted &= scratch.getLong(0);
        }
        return wanted != 0 && session.call("nvmlDeviceRegisterEvents", device.handle(), wanted, set) == OK
                && (wanted & NvmlAbi.EVENT_XID) != 0;
    }
}
