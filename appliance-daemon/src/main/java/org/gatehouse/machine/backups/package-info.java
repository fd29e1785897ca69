/**
 * Backups on sticks and disks that somebody plugged in: the agent's verbs, which mount such a medium for as long as one request takes, and the
 * daemon's side of them. In: a whole file, or the name of one. Out: it lies there, or it is back. Calls the agent and what it knows of media.
 */
@NullMarked
package org.gatehouse.machine.backups;

import org.jspecify.annotations.NullMarked;
