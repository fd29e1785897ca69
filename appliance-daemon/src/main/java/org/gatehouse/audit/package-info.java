/**
 * The tamper-evident trail: append, verify, search, retain. In: one {@link org.gatehouse.audit.CallRecord} a call and
 * one record an admin action. Out: durable, hash-chained rows, and {@link org.gatehouse.audit.CallProjection}s fed
 * from them. Calls {@code store} only.
 */
@NullMarked
package org.gatehouse.audit;

import org.jspecify.annotations.NullMarked;
