/**
 * The gateway's door: turns the web server's requests into exchanges and writes their replies. In: HTTP. Out: calls to
 * {@link org.gatehouse.gateway.Pipeline}. The only gateway room that knows the web server.
 */
@NullMarked
package org.gatehouse.gateway.http;

import org.jspecify.annotations.NullMarked;
