package org.gatehouse.gateway.relay;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.canonical.ProviderError;
import org.gatehouse.gateway.metering.CallMeter;

/**
 * What the events of one surface mean. One object a stream: it remembers what it saw. Confined to the call's thread.
 */
interface StreamGrammar {

    /** Looks at the data of one event and tells the meter what it shows. */
    Look look(EventData data, CallMeter meter);

    /**
     * Whether the client is about to see something of the answer. Until then what came is held back, and another target may
     * take over.
     */
    boolean begun();

    /** Whether the stream may end here: everything that was begun was finished. */
    boolean complete();

    /**
     * The events that end the stream early, in good form, because a quota ran out; empty where there is no such form, so
     * that an error has to say it.
     */
    byte[] earlyEnd(CallMeter meter);

    /** What marks the end when the upstream forgot it; empty when the grammar needs no mark. */
    byte[] endMark();

    /** What an event means for the relay. */
    @SuppressWarnings("ArrayRecordComponent") // bytes on their way out, never compared
    sealed interface Look {

        /** Pass it on as it is. */
        Look PASS = new Pass(0, 0);
        /** Leave it out: the gateway asked for it, not the client. */
        Look DROP = new Drop();
        /** The last event: hold it until the call is recorded. */
        Look LAST = new Last(false, null);

        /**
         * Pass it on without the bytes in [cutFrom, cutTo) of its data; whole when both are 0.
         */
        record Pass(int cutFrom, int cutTo) implements Look {}

        /** Leave it out. */
        record Drop() implements Look {}

        /**
         * The last event.
         *
         * @param failed whether it says that the upstream failed
         * @param instead what the client gets for it; {@code null} for the event as it is
         */
        record Last(boolean failed, byte @Nullable [] instead) implements Look {}

        /**
         * The client gets something else for it.
         *
         * @param events whole events; may be none
         */
        record Instead(byte[] events) implements Look {}

        /**
         * The upstream says inside the stream that it failed.
         *
         * @param error what it says, as far as it can be read
         * @param instead what the client gets for it; {@code null} for the event as it is
         */
        record Failed(@Nullable ProviderError error, byte @Nullable [] instead) implements Look {

            /** As it is. */
            static final Failed AS_IT_IS = new Failed(null, null);
        }

        /**
         * Not an event of this grammar: the upstream is broken.
         *
         * @param what it did, as a sentence goes on behind the upstream's name
         */
        record Broken(String what) implements Look {
            /** Of which no more is to be said. */
            Broken() {
                this("sent an event that is not of its protocol");
            }
        }
    }
}
