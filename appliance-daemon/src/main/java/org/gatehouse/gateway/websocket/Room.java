package org.gatehouse.gateway.websocket;

/** Memory that many readers share for what is large; small messages need none of it. Thread-safe. */
public interface Room {
    /** As much as the machine has. */
    Room ENDLESS = new Room() {
        @Override
        public boolean take(int bytes) {
            return true;
        }

        @Override
        public void giveBack(int bytes) {
            // Nobody counts.
        }
    };

    /** Takes so many bytes of it; false, and takes nothing, when there are not so many left. */
    boolean take(int bytes);

    /** Gives back what was taken. */
    void giveBack(int bytes);
}
