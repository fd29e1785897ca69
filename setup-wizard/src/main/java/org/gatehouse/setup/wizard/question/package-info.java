/**
 * What set-up asks, once for every face. In: nothing. Out: the steps, and the questions of each with their kinds and words. Calls no other
 * room.
 */
@NullMarked
package org.gatehouse.setup.wizard.question;

import org.jspecify.annotations.NullMarked;
