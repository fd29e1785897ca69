/** Tests of the simulated engine: over real sockets, byte for byte. */
@NullMarked
package org.gatehouse.simulated;

import org.jspecify.annotations.NullMarked;
