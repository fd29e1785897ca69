package org.gatehouse.gpu.dcgm;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

import com.sun.jna.Callback;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;

import org.gatehouse.gpu.GpuSymptom;
import org.gatehouse.gpu.Sighting;
import org.gatehouse.gpu.dcgm.DcgmAbi.Policy;
import org.gatehouse.gpu.dcgm.DcgmAbi.PolicyResponse;

import static org.gatehouse.gpu.dcgm.DcgmAbi.OK;

/**
 * DCGM's policy violations: uncorrectable memory errors and NVLink errors, told by the host engine when they happen. They come on a
 * native thread and wait in a bounded queue until the next sample.
 */
final class DcgmPolicies implements AutoCloseable {
    private static final int MEMORY_ERRORS = 0x1;
    private static final int NVLINK_ERRORS = 0x20;
    private static final int CONDITIONS = MEMORY_ERRORS | NVLINK_ERRORS;
    private static final int MEMORY_ERRORS_PARAMETER = 0;
    private static final int NVLINK_ERRORS_PARAMETER = 5;
    private static final int CAPACITY = 256;

    /** Called by DCGM's own thread. */
    @FunctionalInterface
    interface ViolationCallback extends Callback {
        /** Takes a dcgmPolicyCallbackResponse. */
        int invoke(Pointer response, long user);
    }

    private record Violation(int gpuId, int condition, Instant at) {}

    private final DcgmSession session;
    private final long group;
    private final BlockingQueue<Violation> violations = new ArrayBlockingQueue<>(CAPACITY);
    /** Kept here, because DCGM keeps only its address: without this the collector would free it. */
    private final ViolationCallback callback = this::violated;
    private final int outcome;

    DcgmPolicies(DcgmSession session, long group) {
        this.session = session;
        this.group = group;
        this.outcome = register();
    }

    boolean working() {
        return outcome == OK;
    }

    String problem() {
        return "DCGM's policies cannot be registered here (" + outcome + ").";
    }

    /** What has come since the last call. */
    List<Sighting> drain(Map<Integer, String> uuids) {
        List<Violation> drained = new ArrayList<>();
        violations.drainTo(drained);
        List<Sighting> sightings = new ArrayList<>();
        for (Violation violation : drained) {
            String uuid = uuids.get(violation.gpuId());
            if (uuid != null) {
                GpuSymptom symptom = violation.condition() == MEMORY_ERRORS
                        ? new GpuSymptom.UncorrectedMemoryErrors()
                        : new GpuSymptom.HealthIncident("nvlink", 0, "an NVLink error broke the policy", false);
                sightings.add(new Sighting(uuid, symptom, violation.at(), false));
            }
        }
        return sightings;
    }

    @Override
    public void close() {
        session.call("dcgmPolicyUnregister", group, CONDITIONS);
    }

    private int register() {
        try (Memory policy = DcgmSession.cleared(Policy.SIZE)) {
            policy.setInt(0, Policy.VERSION);
            policy.setInt(Policy.CONDITION, CONDITIONS);
            for (int parameter : new int[]{MEMORY_ERRORS_PARAMETER, NVLINK_ERRORS_PARAMETER}) {
                policy.setInt(Policy.PARAMETERS + (long) parameter * Policy.PARAMETER_SIZE + Policy.PARAMETER_VALUE, 1);
            }
            int set = session.call("dcgmPolicySet", group, policy, 0L);
            return set != OK ? set : session.call("dcgmPolicyRegister_v2", group, CONDITIONS, callback, 0L);
        }
    }

    private int violated(Pointer response, long user) {
        // Another revision of the structure has other offsets; it is not guessed at.
        if (response.getInt(0) == PolicyResponse.VERSION) {
            // A full queue drops the newest: the readings show the damage all the same.
            violations.offer(new Violation(response.getInt(PolicyResponse.GPU_ID),
                    response.getInt(PolicyResponse.CONDITION),
                    Instant.EPOCH.plusNanos(response.getLong(PolicyResponse.TIMESTAMP) * 1000)));
        }
        return 0;
    }
}
