/** What tests of other rooms need of this one. */
@NullMarked
package org.gatehouse.engines;

import org.jspecify.annotations.NullMarked;
