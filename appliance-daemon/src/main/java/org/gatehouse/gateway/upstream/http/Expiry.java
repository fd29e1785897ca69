package org.gatehouse.gateway.upstream.http;

/** Which deadline of {@link Deadlines} ran out, as seen by the {@link Sweeper}. */
enum Expiry implements Ending {
    FIRST_BYTE, IDLE, TOTAL
}
