package org.gatehouse.listen;

import java.lang.management.ManagementFactory;

import com.sun.management.UnixOperatingSystemMXBean;

/** How many connections the process's limit of file descriptors allows. */
final class DescriptorLimit {
    private static final System.Logger LOGGER = System.getLogger(DescriptorLimit.class.getName());
    /** Each call may hold a second connection to an upstream; a fifth stays for files, engines and the store. */
    private static final double SHARE = 0.4;

    private DescriptorLimit() {}

    /** The wanted number of connections, or fewer if the limit is lower; a lowering is logged. */
    static int connections(int wanted) {
        long limit = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
        int allowed = allowed(wanted, limit);
        if (allowed < wanted) {
            LOGGER.log(System.Logger.Level.WARNING,
                    "The listener takes " + allowed + " connections, not " + wanted + ": the process may open only "
                            + limit + " files; raise LimitNOFILE in the service's unit (ulimit -n)");
        }
        return allowed;
    }

    static int allowed(int wanted, long descriptors) {
        return (int) Math.max(1, Math.min(wanted, descriptors * SHARE));
    }
}
