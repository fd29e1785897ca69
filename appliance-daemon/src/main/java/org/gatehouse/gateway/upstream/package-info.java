/**
 * What goes to upstreams: the rewritten request, sent over the room's own client; their failures, put in the caller's
 * terms; exact prompt counts from engines. In: a routed exchange. Out: a call. Calls {@code exchange} and
 * {@code metering}.
 */
@NullMarked
package org.gatehouse.gateway.upstream;

import org.jspecify.annotations.NullMarked;
