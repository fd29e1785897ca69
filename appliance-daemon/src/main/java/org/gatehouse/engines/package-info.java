/**
 * The engines of this box: governed deployments become engine processes under the fleet, and the gateway finds them. Comes in:
 * deployments, GPUs, models. Goes out: where calls may go, how everything stands, what happened.
 */
@NullMarked
package org.gatehouse.engines;

import org.jspecify.annotations.NullMarked;
