package org.gatehouse.gateway.exchange;

/** The client's body, read when a stage wants it and not before the caller is known. */
public interface RequestBody {

    /** Reads the whole body within the listener's size and time limits. */
    Result read();

    /** What reading gave. */
    sealed interface Result {

        /**
         * The whole body.
         *
         * @param bytes nobody changes them
         */
        @SuppressWarnings("ArrayRecordComponent") // a buffer that is handed on, never compared
        record Whole(byte[] bytes) implements Result {}

        /** It could not be had. */
        record Unreadable(Refusal refusal) implements Result {}
    }
}
