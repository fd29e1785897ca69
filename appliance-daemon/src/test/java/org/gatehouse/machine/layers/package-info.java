/** What the agent makes of vendors' layers. */
@NullMarked
package org.gatehouse.machine.layers;

import org.jspecify.annotations.NullMarked;
