/**
 * The appliance's power and its way back to how it was shipped. In: three wishes. Out: the same to the agent, which has
 * systemd carry them out. Calls the agent.
 */
@NullMarked
package org.gatehouse.machine.power;

import org.jspecify.annotations.NullMarked;
