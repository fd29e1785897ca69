package org.gatehouse.gateway.exchange;

/**
 * The way back to one client, whatever server carries it. Confined to the call's thread. Every write may throw
 * {@link ClientGoneException}.
 */
public interface ClientReply {

    /** Sets a header; before {@link #send} or {@link #open} only. */
    void header(String name, String value);

    /** Sends a whole reply. */
    void send(int status, String contentType, byte[] body);

    /** Starts a streamed reply; nothing reaches the wire before its first {@link Body#flush}. */
    Body open(int status, String contentType);

    /** The body of the streamed reply that {@link #open} started. */
    Body body();

    /** Whether {@link #send} or {@link #open} was called. */
    boolean started();

    /** Ends the transport without a clean end, so that no client takes the reply for whole; instead of any other end. */
    void breakOff();

    /** The body of a streamed reply. */
    interface Body {

        /** Adds bytes; they may wait until {@link #flush}. */
        void write(byte[] bytes, int offset, int length);

        /** Puts what was written on the wire. */
        void flush();

        /** Ends the reply cleanly. */
        void end();
    }
}
