package org.gatehouse.gateway.admission;

import org.gatehouse.gateway.exchange.Reservation;

/** One that puts no bound on what a call produces: nothing is produced for it, or it is there already. */
interface UnboundedReservation extends Reservation {

    @Override
    default long outputTokens() {
        return Long.MAX_VALUE;
    }

    @Override
    default long cap() {
        return Long.MAX_VALUE;
    }

    @Override
    default boolean cutsShort() {
        return false;
    }

    @Override
    default Extension extend(long moreOutputTokens) {
        return new Extension.Granted(moreOutputTokens);
    }
}
