/**
 * Tells people what is wrong. In: rules and destinations from {@code governance}, findings from sources that the daemon names. Out:
 * alerts that are open, acknowledged or resolved, admin records in the trail, signed messages to webhooks, mail. Calls {@code governance},
 * {@code store}, and the client of {@code gateway.upstream.http} with its guard against private addresses.
 */
@NullMarked
package org.gatehouse.alerts;

import org.jspecify.annotations.NullMarked;
