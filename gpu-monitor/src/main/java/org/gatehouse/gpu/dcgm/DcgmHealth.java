package org.gatehouse.gpu.dcgm;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.sun.jna.Memory;

import org.gatehouse.gpu.GpuSymptom;
import org.gatehouse.gpu.Sighting;
import org.gatehouse.gpu.dcgm.DcgmAbi.HealthResponse;
import org.gatehouse.gpu.dcgm.DcgmAbi.HealthSet;

import static org.gatehouse.gpu.dcgm.DcgmAbi.OK;

/** DCGM's health watches. For one thread at a time; holds one megabyte of native memory until closed. */
final class DcgmHealth implements AutoCloseable {
    private static final int ALL_SYSTEMS = 0xffffffff;
    private static final int FAIL = 20;
    /** XIDs are reported by number already; an incident for each of them would be the same event twice. */
    private static final int XID_ERROR = 101;

    private final DcgmSession session;
    private final long group;
    private final Memory response = DcgmSession.cleared(HealthResponse.SIZE);
    private int version = HealthResponse.VERSION;
    private final boolean watching;
    private int outcome;

    /** Starts the watches for a group of GPUs. */
    DcgmHealth(DcgmSession session, long group) {
        this.session = session;
        this.group = group;
        try (Memory parameters = DcgmSession.cleared(HealthSet.SIZE)) {
            parameters.setInt(0, HealthSet.VERSION);
            parameters.setLong(HealthSet.GROUP, group);
            parameters.setInt(HealthSet.SYSTEMS, ALL_SYSTEMS);
            parameters.setLong(HealthSet.INTERVAL, 10_000_000L);
            parameters.setDouble(HealthSet.KEEP_AGE, 300);
            outcome = session.call("dcgmHealthSet_v2", parameters);
            watching = outcome == OK;
        }
    }

    /** Whether the watches work, or did at the last check; if not, {@link #problem()} says why. */
    boolean working() {
        return outcome == OK;
    }

    /** Why there is no health, for people. */
    String problem() {
        return "DCGM's health watches do not work here (" + outcome + "); health is judged from the readings alone.";
    }

    /** The incidents that stand at present. */
    List<Sighting> check(Map<Integer, String> uuids, Instant now) {
        if (!watching) {
            return List.of();
        }
        outcome = ask();
        if (outcome == DcgmAbi.VERSION_MISMATCH && version == HealthResponse.VERSION) {
            version = HealthResponse.VERSION_V4;
            outcome = ask();
        }
        if (outcome == DcgmAbi.NO_DATA) {
            outcome = OK;
            return List.of();
        }
        List<Sighting> sightings = new ArrayList<>();
        int most = version == HealthResponse.VERSION ? HealthResponse.MAX_INCIDENTS : HealthResponse.MAX_INCIDENTS_V4;
        int count = working() ? Math.clamp(response.getInt(HealthResponse.COUNT), 0, most) : 0;
        for (int i = 0; i < count; i++) {
            long at = HealthResponse.INCIDENTS + (long) i * HealthResponse.INCIDENT_SIZE;
            String uuid = uuids.get(response.getInt(at + HealthResponse.ENTITY_ID));
            int code = response.getInt(at + HealthResponse.CODE);
            if (uuid != null && code != XID_ERROR
                    && response.getInt(at + HealthResponse.ENTITY_GROUP) == DcgmAbi.ENTITY_GPU) {
                sightings.add(new Sighting(uuid,
                        new GpuSymptom.HealthIncident(system(response.getInt(at + HealthResponse.SYSTEM)), code,
                                clean(DcgmSession.text(response, at + HealthResponse.MESSAGE, 1024)),
                                response.getInt(at + HealthResponse.HEALTH) >= FAIL),
                        now, true));
            }
        }
        return sightings;
    }

    @Override
    public void close() {
        response.close();
    }

    private int ask() {
        response.setInt(0, version);
        response.setInt(HealthResponse.COUNT, 0);
        return session.call("dcgmHealthCheck", group, response);
    }

    /** Incidents that come from XIDs carry all bits: they belong to the device. */
    static String system(int bits) {
        return switch (bits) {
            case 0x1 -> "pcie";
            case 0x2 -> "nvlink";
            case 0x4 -> "power-unit";
            case 0x8 -> "controller";
            case 0x10 -> "memory";
            case 0x20 -> "multiprocessors";
            case 0x40 -> "inforom";
            case 0x80 -> "thermal";
            case 0x100 -> "power";
            case 0x200 -> "driver";
            case 0x400, 0x800 -> "nvswitch";
            case 0x1000 -> "network";
            default -> "device";
        };
    }

    /** Some messages leave their format places unfilled ({@code %d}, {@code %s}). */
    static String clean(String message) {
        return message.replaceAll("%(?:ll?)?[a-z]", "?").replaceAll("\\p{Cntrl}", " ").strip();
    }
}
