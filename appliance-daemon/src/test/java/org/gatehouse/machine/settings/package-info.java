/** What the agent makes of a machine's settings. */
@NullMarked
package org.gatehouse.machine.settings;

import org.jspecify.annotations.NullMarked;
