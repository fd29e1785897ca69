/**
 * The rounds that the built image goes through, and what they share: the laboratory with the image and a box that is set up already, stations
 * where such a box runs, and the table of what came of it. Each round is a class whose name ends with {@code Round}.
 */
@NullMarked
package org.gatehouse.acceptance;

import org.jspecify.annotations.NullMarked;
