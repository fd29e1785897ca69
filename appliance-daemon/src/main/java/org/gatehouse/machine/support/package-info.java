/**
 * What an appliance's system tells somebody who helps: versions, mounts, units that failed, sockets, boots, the journal of our
 * units. In: the wish. Out: short texts by name. Calls the agent's programs.
 */
@NullMarked
package org.gatehouse.machine.support;

import org.jspecify.annotations.NullMarked;
