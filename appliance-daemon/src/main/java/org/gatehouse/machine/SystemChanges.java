package org.gatehouse.machine;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The one way to change the machine itself. Thread-safe. */
public interface SystemChanges {

    /** Whether changes are only written down, because this machine has no operating system of the appliance. */
    boolean recorded();

    /** What the machine has and how it is now. Takes less than a second. */
    Facts facts();

    /** What was applied last; empty when nothing was. */
    Optional<MachineSettings> applied();

    /**
     * Brings the machine into that state, all of it or nothing.
     *
     * @return whether anything was different before
     * @throws IOException says what could not be done; then everything is as it was
     */
    boolean apply(MachineSettings wanted) throws IOException;

    /**
     * The machine as it is.
     *
     * @param hostname its short name
     * @param timeZone of the IANA database
     */
    record Facts(String hostname, String timeZone, List<Card> cards) {

        /** Copies the list. */
        public Facts {
            cards = List.copyOf(cards);
        }
    }

    /**
     * A network card.
     *
     * @param mac six bytes in hexadecimal; empty when it has none
     * @param addresses with their prefix, such as {@code 192.0.2.7/24}
     */
    record Card(String name, String mac, boolean up, List<String> addresses) {

        /** Copies the list. */
        public Card {
            addresses = List.copyOf(addresses);
        }
    }
}
