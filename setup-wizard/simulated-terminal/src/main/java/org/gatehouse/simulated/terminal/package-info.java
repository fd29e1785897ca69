/**
 * A terminal for tests. In: a command line, keys. Out: what stands on its screen. Calls no other room.
 */
@NullMarked
package org.gatehouse.simulated.terminal;

import org.jspecify.annotations.NullMarked;
