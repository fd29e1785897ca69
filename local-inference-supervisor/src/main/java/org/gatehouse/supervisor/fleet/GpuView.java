package org.gatehouse.supervisor.fleet;

import java.util.List;
import java.util.Objects;

import org.gatehouse.supervisor.planning.GpuCapacity;

/** What the GPUs of this box hold now. Asked several times a second: must answer from memory. Thread-safe. */
@FunctionalInterface
public interface GpuView {

    /**
     * Every GPU and MIG instance, each once; a GPU in MIG mode by its instances only. One that is left out is gone. None at all: nobody
     * has looked yet, and what runs stays.
     */
    List<Sight> gpus();

    /**
     * One GPU. Immutable.
     *
     * @param capacity what it is, with its used and its foreign bytes; reserved bytes are the fleet's business and are 0 here
     * @param outOfService why nothing may be started there, in words; empty if it is well
     * @param mayStay whether what runs there already may stay
     */
    record Sight(GpuCapacity capacity, String outOfService, boolean mayStay) {
        /** Checks that both are there. */
        public Sight {
            Objects.requireNonNull(capacity, "capacity");
            Objects.requireNonNull(outOfService, "outOfService");
        }

        /** One whose engines are moved away if it is out of service. */
        public Sight(GpuCapacity capacity, String outOfService) {
            this(capacity, outOfService, outOfService.isEmpty());
        }

        /** A GPU that is well. */
        public static Sight of(GpuCapacity capacity) {
            return new Sight(capacity, "");
        }
    }
}
