/**
 * The blocking HTTP/1.1 client that carries calls to upstreams. Comes in: an {@link Endpoint}, an {@link UpstreamRequest} and
 * {@link Deadlines}. Goes out: an {@link UpstreamReply} whose body is read as it arrives, or one {@link UpstreamFailure}.
 */
@NullMarked
package org.gatehouse.gateway.upstream.http;

import org.jspecify.annotations.NullMarked;
