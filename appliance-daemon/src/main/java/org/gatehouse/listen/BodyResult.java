package org.gatehouse.listen;

/** How reading a request body ended. */
public sealed interface BodyResult {

    /**
     * The body is here.
     *
     * @param bytes exactly the body, empty if there was none; not shared with anybody
     */
    record Body(byte[] bytes) implements BodyResult {}

    /**
     * More than the path takes: answer 413.
     *
     * @param limit the most that would have been taken, in bytes
     */
    record TooLarge(long limit) implements BodyResult {}

    /**
     * The client closed its connection or stream before the end: nobody reads an answer.
     *
     * @param received bytes that came
     */
    record Truncated(long received) implements BodyResult {}

    /**
     * The body stalled or dripped for longer than the listener's settings put up with: answer 408.
     *
     * @param received bytes that came
     */
    record TooSlow(long received) implements BodyResult {}

    /**
     * The framing of the body is broken: answer 400.
     *
     * @param reason what is wrong, safe to show
     */
    record Malformed(String reason) implements BodyResult {}
}
