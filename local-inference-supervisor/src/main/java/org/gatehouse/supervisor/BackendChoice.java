package org.gatehouse.supervisor;

/** How engine processes are run. */
public enum BackendChoice {
    /** Units where systemd runs the box and the daemon is root; else process groups. */
    AUTOMATIC,
    /** Children of the daemon in sessions of their own. */
    PROCESS_GROUPS,
    /** Transient services of systemd, children of the first process: confined, and as a whole known to the kernel. */
    SYSTEMD
}
