@NullMarked
package org.gatehouse.setup;

import org.jspecify.annotations.NullMarked;
