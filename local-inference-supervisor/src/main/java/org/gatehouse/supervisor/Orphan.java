package org.gatehouse.supervisor;

import java.util.List;

/**
 * An engine of an earlier daemon that was found alive at start.
 *
 * @param id the instance it belonged to
 * @param pids its processes as they were found
 * @param ended whether all of them are gone now
 */
public record Orphan(String id, List<Long> pids, boolean ended) {

    /** Copies the list. */
    public Orphan {
        pids = List.copyOf(pids);
    }
}
