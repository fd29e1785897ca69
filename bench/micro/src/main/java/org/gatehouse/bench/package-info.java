/** JMH benchmarks of the hot pieces. */
@NullMarked
package org.gatehouse.bench;

import org.jspecify.annotations.NullMarked;
