/**
 * The two slots that an appliance's system lies in, and how a release gets into the one that does not run: the agent's side
 * of updates. In: a signed bundle. Out: the next start tries it, and comes back by itself when it is not good. Everything
 * here runs as root and trusts nothing that it is asked with.
 */
@NullMarked
package org.gatehouse.machine.slots;

import org.jspecify.annotations.NullMarked;
