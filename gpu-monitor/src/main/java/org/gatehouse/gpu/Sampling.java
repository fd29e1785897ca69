package org.gatehouse.gpu;

import java.util.List;

/** The outcome of one reading. */
public sealed interface Sampling {

    /**
     * It was read.
     *
     * @param snapshot the values
     * @param sightings what the source reports beside them
     * @param reportsXids whether the source reports XIDs as sightings; if not, changes of {@link GpuMetric#XID} are taken for them
     */
    record Taken(GpuSnapshot snapshot, List<Sighting> sightings, boolean reportsXids) implements Sampling {
        /** Copies the list. */
        public Taken {
            sightings = List.copyOf(sightings);
        }
    }

    /**
     * It could not be read.
     *
     * @param reason what happened, with which thing, what to do
     * @param gone whether the source is not worth another try as it is: it must be opened again; if not, only a few misses in a row mean
     *     that
     */
    record Failed(String reason, boolean gone) implements Sampling {}
}
