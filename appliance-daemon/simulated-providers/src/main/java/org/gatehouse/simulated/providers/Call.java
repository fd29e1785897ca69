package org.gatehouse.simulated.providers;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One call while it is answered: what was received and what the reading of it found out. Belongs to one thread. */
final class Call {
    private final Received received;
    private final String id;
    private final List<Map.Entry<String, String>> headers = new ArrayList<>();
    private Directive directive = Directive.NONE;
    private boolean streamed;

    Call(Received received, String id) {
        this.received = received;
        this.id = id;
    }

    Received received() {
        return received;
    }

    /** The provider's own number of this call. */
    String id() {
        return id;
    }

    Directive directive() {
        return directive;
    }

    void directed(Directive found) {
        directive = found;
    }

    boolean streamed() {
        return streamed;
    }

    void streams(boolean wanted) {
        streamed = wanted;
    }

    /** Adds a header to the reply. */
    void header(String name, String value) {
        headers.add(Map.entry(name, value));
    }

    List<Map.Entry<String, String>> headers() {
        return headers;
    }
}
