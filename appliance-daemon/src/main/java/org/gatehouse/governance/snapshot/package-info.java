/**
 * What the data plane may know of governance: one immutable {@link org.gatehouse.governance.snapshot.PolicySnapshot},
 * built by the control plane and swapped in whole. Depends on nothing.
 */
@NullMarked
package org.gatehouse.governance.snapshot;

import org.jspecify.annotations.NullMarked;
