package org.gatehouse.supervisor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * Asks an engine for the status of one path, within one deadline for everything; the body is not waited for. Thread-safe; blocks the
 * calling thread up to the deadline.
 */
final class HealthProbe {
    private static final int LONGEST_HEAD = 8192;

    /** What came back. */
    sealed interface Answer {
        /** An HTTP status line. */
        record Status(int code) implements Answer {}

        /** None in time. */
        record None(String why) implements Answer {}

        /** Whether the engine says that it is well. */
        default boolean isWell() {
            return this instanceof Status(int code) && code == 200;
        }

        /** In words, for a cause. */
        default String words() {
            return switch (this) {
                case Status(int code) -> "status " + code;
                case None(String why) -> why;
            };
        }
    }

    /** GETs the path. */
    Answer get(Listen listen, String path, Duration deadline) {
        try (EngineSocket socket = EngineSocket.connect(listen, deadline)) {
            socket.write(StandardCharsets.US_ASCII.encode(
                    "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nConnection: close\r\n\r\n"));
            ByteBuffer reply = ByteBuffer.allocate(LONGEST_HEAD);
            while (reply.hasRemaining()) {
                int count = socket.read(reply);
                String head = new String(reply.array(), 0, reply.position(), StandardCharsets.US_ASCII);
                if (count < 0 || head.contains("\r\n\r\n")) {
                    return statusOf(head);
                }
            }
            return new Answer.None("its answer's head is longer than " + LONGEST_HEAD + " bytes");
        } catch (IOException e) {
            return new Answer.None(String.valueOf(e.getMessage()));
        }
    }

    /** Whether anybody accepts connections there. */
    boolean accepts(Listen listen, Duration deadline) {
        try (EngineSocket socket = EngineSocket.connect(listen, deadline)) {
            return !socket.isToItself();
        } catch (IOException _) {
            return false;
        }
    }

    private static Answer statusOf(String head) {
        String[] parts = head.split("[ \r\n]", 3);
        if (parts.length < 2 || !parts[0].startsWith("HTTP/1.") || !parts[1].matches("[1-5][0-9][0-9]")) {
            return new Answer.None(head.isEmpty() ? "it closed the connection" : "its answer is not HTTP");
        }
        return new Answer.Status(Integer.parseInt(parts[1]));
    }
}
