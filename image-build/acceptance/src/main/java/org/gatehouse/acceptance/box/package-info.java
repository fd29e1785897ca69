/**
 * An appliance as its people see it: its console, its admin API, its gateway, and what sets it up. In: a virtual machine or an address. Out: answers. Calls
 * {@code machine}, and of the wizard the trust by fingerprint.
 */
@NullMarked
package org.gatehouse.acceptance.box;

import org.jspecify.annotations.NullMarked;
