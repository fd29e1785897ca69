/**
 * The box as a client sees it. In: an address, a claim code. Out: the set-up API's answers as values. Calls no other room.
 */
@NullMarked
package org.gatehouse.setup.wizard.box;

import org.jspecify.annotations.NullMarked;
