/** Start, stop, settings: wires every room in one readable place. Imported by nobody. */
@NullMarked
package org.gatehouse.daemon;

import org.jspecify.annotations.NullMarked;
