/**
 * Anthropic itself. In: an upstream and a key. Out: paths and headers.
 */
@NullMarked
package org.gatehouse.gateway.upstream.provider.anthropic;

import org.jspecify.annotations.NullMarked;
