/**
 * The machine under the daemon: its name, time, network and proxy. In: how they shall be. Out: whether they are so, and
 * what the machine has. Calls nothing but the forms of {@code governance}.
 */
@NullMarked
package org.gatehouse.machine;

import org.jspecify.annotations.NullMarked;
