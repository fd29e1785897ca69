@NullMarked
package org.gatehouse.machine;

import org.jspecify.annotations.NullMarked;
