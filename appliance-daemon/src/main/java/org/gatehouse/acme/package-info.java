/**
 * A certificate that an authority gives over the network (RFC 8555), and its renewal in time. In come an admin's wishes; out go a certificate in the
 * keeper's place of one that an admin gave, and what came of the last attempt. Calls the listeners (keeper and challenge port), the client for
 * calls to the outside, the store and governance's forms.
 */
@NullMarked
package org.gatehouse.acme;

import org.jspecify.annotations.NullMarked;
