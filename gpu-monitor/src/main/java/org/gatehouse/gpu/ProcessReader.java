package org.gatehouse.gpu;

import java.util.List;
import java.util.Map;

/** Sees which processes hold device memory. DCGM cannot since 3.0, so its source borrows this from NVML. */
public interface ProcessReader extends AutoCloseable {

    /** The processes of each GPU by uuid; a GPU that is missing could not be read. Never throws for a failed driver. */
    Map<String, List<GpuProcess>> read();

    @Override
    void close();
}
