package org.gatehouse.supervisor;

/**
 * A process that was seen to belong to an engine.
 *
 * @param pid its id
 * @param startedAt its start time, in the {@link ProcessTable}'s unit
 * @param session its session when last seen, 0 if unknown
 * @param commandHash fingerprint of its command line when last seen, {@code ""} if unknown
 */
record Member(long pid, long startedAt, long session, String commandHash) {}
