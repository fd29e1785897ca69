/** The box between official clients and simulated providers: who asks, what is asked, what must come back. */
@NullMarked
package org.gatehouse.gateway.providers;

import org.jspecify.annotations.NullMarked;
