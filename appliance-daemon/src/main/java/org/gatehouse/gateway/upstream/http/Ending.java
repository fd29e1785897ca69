package org.gatehouse.gateway.upstream.http;

/** What ended a call that was still under way: somebody's wish or a deadline. */
sealed interface Ending permits AbortCause, Expiry {}
