/**
 * Who is next at a local model that has no room for all. In: calls with their department, class and length, and places that
 * become free. Out: turns. Calls nothing.
 */
@NullMarked
package org.gatehouse.gateway.queue;

import org.jspecify.annotations.NullMarked;
