package org.gatehouse.gateway.exchange;

/** Whether the client is still there. Thread-safe. */
public interface ClientPresence {

    /** Whether the client has left. */
    boolean gone();

    /** Runs the action once when the client leaves, on another thread, or at once when it has left already. */
    Watch onGone(Runnable action);

    /** Ends a watch; the action does not run any more after {@link #close} returned, unless it runs already. */
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }
}
