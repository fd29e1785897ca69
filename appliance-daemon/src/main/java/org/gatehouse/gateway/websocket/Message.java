package org.gatehouse.gateway.websocket;

/** What a peer said, put together from its frames. */
public sealed interface Message {

    /**
     * A message of the application.
     *
     * @param text whether it is UTF-8, which has been checked then
     */
    @SuppressWarnings("ArrayRecordComponent") // bytes that are passed on, never compared
    record Data(boolean text, byte[] bytes) implements Message {}

    /** Asks for a {@link Pong} with the same bytes. */
    @SuppressWarnings("ArrayRecordComponent")
    record Ping(byte[] bytes) implements Message {}

    /** Answers a {@link Ping}, or says unasked that the peer is there. */
    @SuppressWarnings("ArrayRecordComponent")
    record Pong(byte[] bytes) implements Message {}

    /**
     * The last message.
     *
     * @param code {@link CloseCodes#NONE} when the peer gave none
     * @param reason at most 123 bytes of UTF-8, often empty
     */
    record Close(int code, String reason) implements Message {}
}
