/**
 * Whether a target and a key can be used now. In: how calls ended, with the time. Out: whether the next may go, and when.
 * Calls {@code canonical} and the snapshot only; no threads, no I/O, time and chance are given.
 */
@NullMarked
package org.gatehouse.gateway.routing.health;

import org.jspecify.annotations.NullMarked;
