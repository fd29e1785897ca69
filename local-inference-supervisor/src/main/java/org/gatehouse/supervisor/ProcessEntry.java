package org.gatehouse.supervisor;

/**
 * One live process in a {@link ProcessTable} reading.
 *
 * @param pid its id
 * @param parent its parent's id
 * @param group its process group, 0 where the table does not tell
 * @param session its session, 0 where the table does not tell
 * @param startedAt when it started, in the table's own unit; with the pid and the boot it names one process for ever
 */
record ProcessEntry(long pid, long parent, long group, long session, long startedAt) {}
