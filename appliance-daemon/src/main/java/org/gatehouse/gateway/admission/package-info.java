/**
 * Who may call, and how much: key, allow-lists, rates, quotas, budgets. In: the call's head and body and the snapshot.
 * Out: a key, a route and a reservation, or a refusal. Reads memory only. Calls {@code exchange} and {@code metering}.
 */
@NullMarked
package org.gatehouse.gateway.admission;

import org.jspecify.annotations.NullMarked;
