package org.gatehouse.gateway.routing.targets;

/**
 * What a local engine last said of itself.
 *
 * @param running requests being computed
 * @param waiting requests in its own and the box's queue before it
 * @param cachePercent use of its KV cache, 0 to 100
 * @param at when, on the nanosecond clock of routing
 */
public record LocalLoad(int running, int waiting, int cachePercent, long at) {}
