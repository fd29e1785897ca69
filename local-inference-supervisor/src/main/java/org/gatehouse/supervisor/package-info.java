/** Desired engine processes made true: start, watch, restart, stop. Knows nothing of gateways, keys or tenants. */
@NullMarked
package org.gatehouse.supervisor;

import org.jspecify.annotations.NullMarked;
