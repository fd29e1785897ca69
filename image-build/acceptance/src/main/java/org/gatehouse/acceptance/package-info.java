/**
 * The program that checks a machine which somebody else started, such as Packer. In: what its console wrote, where it is reached. Out: an exit status.
 */
@NullMarked
package org.gatehouse.acceptance;

import org.jspecify.annotations.NullMarked;
