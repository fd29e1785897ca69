/** Tests of the room beside them. */
@NullMarked
package org.gatehouse.modelstore;

import org.jspecify.annotations.NullMarked;
