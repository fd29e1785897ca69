/**
 * What is special about calling each kind of provider: which protocols it speaks, where they stand, how the box proves
 * who it is. One folder a provider; {@link org.gatehouse.gateway.upstream.provider.Providers} lists them. In: an upstream and a
 * key. Out: paths and headers. Calls {@code protocol} and {@code upstream.http}'s request types.
 */
@NullMarked
package org.gatehouse.gateway.upstream.provider;

import org.jspecify.annotations.NullMarked;
