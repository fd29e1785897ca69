/**
 * Vendors' parts (a GPU's driver, an engine) as layers that are updated apart from the base: read-only images with a hash tree
 * that the maker of the box signed. The agent's side checks, keeps and mounts them, and trusts nothing that it is asked with;
 * the daemon's side receives them and says how they stand.
 */
@NullMarked
package org.gatehouse.machine.layers;

import org.jspecify.annotations.NullMarked;
