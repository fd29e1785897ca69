/** Tests of the room beside them. */
@NullMarked
package org.gatehouse.compute;

import org.jspecify.annotations.NullMarked;
