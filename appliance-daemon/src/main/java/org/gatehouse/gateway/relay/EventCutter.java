package org.gatehouse.gateway.relay;

import org.jspecify.annotations.Nullable;

import org.gatehouse.gateway.protocol.BrokenAnswerException;
import org.gatehouse.gateway.upstream.http.UpstreamFailureException;
import org.gatehouse.gateway.upstream.provider.Provider;

/** Cuts the bytes of one stream into its events, whatever packets they came in. Confined to one thread. */
sealed interface EventCutter permits SseSplitter, AmazonEvents {

    /** For one stream in that framing. */
    static EventCutter of(Provider.Framing framing, int maxEventBytes) {
        return switch (framing) {
            case SERVER_SENT_EVENTS -> new SseSplitter(maxEventBytes);
            case AMAZON_EVENTS -> new AmazonEvents(maxEventBytes);
        };
    }

    /** Where the bytes come from. */
    @FunctionalInterface
    interface Source {

        /** Waits for at least one byte and takes what is there; -1 at the clean end. */
        int read(byte[] target, int offset, int length) throws UpstreamFailureException;
    }

    /** Reads what is there now, waiting for at least one byte; false at the clean end of the reply. */
    boolean fill(Source source) throws UpstreamFailureException;

    /**
     * The next whole event, valid until the next {@link #fill}; null when more bytes are needed.
     *
     * @throws BrokenAnswerException when the bytes are no event; the stream cannot be read on
     */
    @Nullable
    Event next() throws BrokenAnswerException;

    /** Whether the event being read is larger than allowed. */
    boolean tooLarge();

    /**
     * What is left behind the last whole event when the stream has ended; null when nothing is.
     *
     * @throws BrokenAnswerException when the stream was cut inside of an event
     */
    @Nullable
    Event rest() throws BrokenAnswerException;

    /**
     * One event as it stood in the stream; of a framing that is not text, its payload.
     *
     * @param bytes the buffer it stands in
     * @param from its first byte
     * @param to behind its last byte
     * @param type what its frame says of its type, all the rest being its data; {@code null} when it is lines of text
     */
    @SuppressWarnings("ArrayRecordComponent") // a window on a buffer, gone with the next read
    record Event(byte[] bytes, int from, int to, @Nullable String type) {

        /** Lines of text. */
        Event(byte[] bytes, int from, int to) {
            this(bytes, from, to, null);
        }
    }
}
