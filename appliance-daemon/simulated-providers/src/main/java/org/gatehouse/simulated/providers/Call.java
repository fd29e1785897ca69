package org.gatehouse.simulated.providers;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/** One call while it is answered: what was received and what the reading of it found out. Belongs to one thread. */
final class Call {
    private final Received received;
    private final String id;
    private final List<Map.Entry<String, String>> headers = new ArrayList<>();
    private Directive directive = Directive.NONE;
    private boolean streamed;
    private @Nullable Realtime realtime;

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

    /**
     * A session that the connection is to become instead of a reply.
     *
     * @param beta whether its events are named as they were before they were declared stable
     */
    record Realtime(String model, boolean beta) {}

    /** The session that it asks for, if it asks for one. */
    @Nullable
    Realtime realtime() {
        return realtime;
    }

    void asksFor(Realtime session) {
        realtime = session;
    }

    /** Adds a header to the reply. */
    void header(String name, String value) {
        headers.add(Map.entry(name, value));
    }

    List<Map.Entry<String, String>> headers() {
        return headers;
    }
}
