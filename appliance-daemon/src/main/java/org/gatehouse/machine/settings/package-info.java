/**
 * The machine's name, time and network on an appliance, as its agent changes them: by files that systemd's services read.
 * In: how they shall be, from the daemon, checked again. Out: files, all of them or none, on trial until somebody kept the
 * change. Calls the forms of {@code machine} and the agent's programs.
 */
@NullMarked
package org.gatehouse.machine.settings;

import org.jspecify.annotations.NullMarked;
