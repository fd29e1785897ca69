/**
 * People: how they sign in, and who is signed in. In: what somebody brings (a password and a code, what an identity
 * provider says, a cookie). Out: sessions of known users, and why there is none. Calls {@code store},
 * {@code governance}, where users and providers are kept and from which the trail is reached, and the client of
 * {@code gateway.upstream.http} with its guard against private addresses.
 */
@NullMarked
package org.gatehouse.identity;

import org.jspecify.annotations.NullMarked;
