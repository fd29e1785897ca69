/** The first-boot wizard: asks, and drives the daemon's set-up API. Imports nothing of the daemon. */
@NullMarked
package org.gatehouse.setup;

import org.jspecify.annotations.NullMarked;
