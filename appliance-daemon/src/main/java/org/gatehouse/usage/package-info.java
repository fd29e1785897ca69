/**
 * What was used and what it cost, summed up as the trail's rows come in. In: batches of call rows, inside the
 * transaction that stores them. Out: reports, and the totals that the ledger starts from. Calls {@code audit} and
 * {@code store}.
 */
@NullMarked
package org.gatehouse.usage;

import org.jspecify.annotations.NullMarked;
