package org.gatehouse.gateway.realtime;

import java.time.Duration;

/**
 * What a session may take. Immutable.
 *
 * @param mostSessions open at a time on this box
 * @param mostMessageBytes of one message, either way. OpenAI takes 15 MiB of audio in an event, which is 20 MiB of Base64
 * @param roomBytes that the messages above 64 KiB of all sessions may take together while they are passed on
 * @param mostAnswers asked for and not finished at a time, in one session
 * @param firstEvent how long the upstream may take to say hello before the client is let in all the same
 * @param idle longest time without a message either way
 * @param longest that a session lasts
 * @param ping how often each side is asked whether it is there
 * @param silence of a side that is asked and says nothing at all, until it counts as gone
 * @param stall longest time in which a side takes nothing of what is being written to it
 * @param goodbye longest time from the end of a session until both connections are closed
 * @param look how often the deadlines and the key are looked at
 */
public record RealtimeTerms(int mostSessions, int mostMessageBytes, long roomBytes, int mostAnswers,
        Duration firstEvent, Duration idle,
        Duration longest, Duration ping, Duration silence, Duration stall, Duration goodbye, Duration look) {

    /** For a box in use. */
    public static final RealtimeTerms DEFAULT = new RealtimeTerms(1000, 24 << 20,
            Runtime.getRuntime().maxMemory() / 8, 16, Duration.ofSeconds(5),
            Duration.ofMinutes(15), Duration.ofHours(2), Duration.ofSeconds(20), Duration.ofSeconds(70),
            Duration.ofSeconds(30), Duration.ofSeconds(3), Duration.ofMillis(250));
}
