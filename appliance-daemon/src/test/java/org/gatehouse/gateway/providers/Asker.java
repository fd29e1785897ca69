package org.gatehouse.gateway.providers;

import java.util.List;

/** An official client. Its answers have passed its own validation. */
interface Asker extends AutoCloseable {
    /** Its name in the tests. */
    String name();

    /** Asks, and answers calls of tools once: so one answer, or two. */
    List<Heard> ask(Question question);

    /** Asks what will be refused. */
    Refused refused(Question question);

    /**
     * What a client knows of a refusal.
     *
     * @param status of HTTP
     * @param type the error's kind, in the words of the client's dialect
     */
    record Refused(int status, String type, String message) {}

    @Override
    void close();
}
