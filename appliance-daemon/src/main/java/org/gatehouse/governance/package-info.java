/**
 * The control plane's subject matter: departments, projects, users, keys, limits, budgets, upstreams, models, prices,
 * policies, settings. In: drafts from an {@link org.gatehouse.governance.Actor}. Out: stored rows, an admin record in the
 * trail, and a new {@link org.gatehouse.governance.snapshot.PolicySnapshot}. Calls {@code store} and {@code audit}.
 */
@NullMarked
package org.gatehouse.governance;

import org.jspecify.annotations.NullMarked;
