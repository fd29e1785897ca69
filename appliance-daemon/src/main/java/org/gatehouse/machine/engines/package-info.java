/**
 * Engines of an appliance as units of their own, which the agent runs: the daemon names an instance and what its engine is called with, and the
 * agent decides everything else. In: a start, a stop, a look. Out: the same to systemd. Calls the agent's programs, and the supervisor's seam for
 * whoever runs units.
 */
@NullMarked
package org.gatehouse.machine.engines;

import org.jspecify.annotations.NullMarked;
