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
     * @param minor the number of its device file, or its parent's, as the driver says; -1 if nobody asked it. It is not the index:
     *        that follows PCI addresses, and the minor the order in which the driver found them
     * @param gpuInstance the driver's id of a MIG instance on its GPU; -1 for a whole GPU
     */
    record Sight(GpuCapacity capacity, String outOfService, boolean mayStay, int minor, int gpuInstance) {
        /** Checks that both are there. */
        public Sight {
            Objects.requireNonNull(capacity, "capacity");
            Objects.requireNonNull(outOfService, "outOfService");
        }

        /** One whose device nobody knows. */
        public Sight(GpuCapacity capacity, String outOfService, boolean mayStay) {
            this(capacity, outOfService, mayStay, -1, -1);
        }

        /** The same with this device. */
        public Sight at(int deviceMinor, int migInstance) {
            return new Sight(capacity, outOfService, mayStay, deviceMinor, migInstance);
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
