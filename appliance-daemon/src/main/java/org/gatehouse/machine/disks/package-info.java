/**
 * How the disks inside the box are, by their own word: the agent's verb that asks them with smartctl, and the daemon's side of it, which asks on
 * a clock of its own. In: nothing but the wish. Out: values for each disk. Calls the agent.
 */
@NullMarked
package org.gatehouse.machine.disks;

import org.jspecify.annotations.NullMarked;
