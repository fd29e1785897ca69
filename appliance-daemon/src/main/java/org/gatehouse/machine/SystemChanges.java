package org.gatehouse.machine;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import org.gatehouse.machine.agent.Refused;

/** The one way to change the machine itself. Thread-safe. */
public interface SystemChanges {
    /** How long a change of the network stays without being kept. */
    Duration USUAL_TRIAL = Duration.ofSeconds(60);

    /** Whether changes are only written down, because this machine has no operating system of the appliance. */
    boolean recorded();

    /** What the machine has and how it is now. Takes less than a second. */
    Facts facts();

    /** What was applied last, on trial or for good; empty when nothing was. The proxy is not in it on an appliance. */
    Optional<MachineSettings> applied();

    /**
     * Brings the machine into that state, all of it or nothing. A change of the network is on trial then: it is undone by
     * itself unless somebody keeps it in time, also when the box restarts meanwhile. It comes into force a moment after
     * this has returned, so that whoever asked can still be answered. What is on trial already changes nothing again.
     *
     * @param within how long a change of the network waits to be kept, from 30 seconds to 10 minutes
     * @throws Refused when it contradicts the machine; then everything is as it was
     * @throws IOException says what could not be done; then everything is as it was
     */
    Applied apply(MachineSettings wanted, Duration within) throws Refused, IOException;

    /** The change that may still be undone by itself; empty when there is none. */
    Optional<Trial> trial();

    /** The last change of the network, if it was undone. */
    Optional<Undone> undone();

    /**
     * Keeps what is on trial.
     *
     * @throws Refused when nothing is on trial, perhaps not any more
     */
    void keep() throws Refused, IOException;

    /**
     * Undoes what is on trial, at once.
     *
     * @throws Refused when nothing is on trial, perhaps not any more
     */
    void undo() throws Refused, IOException;

    /**
     * What came of a change.
     *
     * @param changed whether anything was different before
     * @param trial what waits to be kept; {@code null} when all is for good
     */
    record Applied(boolean changed, @Nullable Trial trial) {}

    /**
     * A change that waits to be kept.
     *
     * @param until when it is undone by itself
     */
    record Trial(String id, Instant until) {}

    /**
     * A change that was undone.
     *
     * @param reason {@code not_kept}, {@code restart}, {@code asked} or {@code failed}
     */
    record Undone(String id, Instant at, String reason) {}

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
