/**
 * The way back: passes an upstream's reply on as it comes, metering it, and holds its last bytes until the call is
 * recorded. In: an upstream's reply. Out: bytes to the client and an {@link org.gatehouse.gateway.relay.Ending}.
 * Calls {@code exchange}, {@code metering} and {@code upstream}.
 */
@NullMarked
package org.gatehouse.gateway.relay;

import org.jspecify.annotations.NullMarked;
