/**
 * Which target serves a call. In: a public model's route. Out: one of its targets. Calls {@code exchange} only.
 */
@NullMarked
package org.gatehouse.gateway.routing;

import org.jspecify.annotations.NullMarked;
