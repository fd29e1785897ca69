package org.gatehouse.gateway.upstream.http;

/**
 * One endpoint's connections at a moment, for metrics.
 *
 * @param open connections that exist, those still connecting included
 * @param idle of these, resting in the pool
 * @param inUse of these, held by a call
 * @param waiting calls that wait for a free connection
 * @param openedTotal connections ever opened or tried to open
 * @param reusedTotal calls that went out on a connection used before
 */
public record PoolFigures(int open, int idle, int inUse, int waiting, long openedTotal, long reusedTotal) {}
