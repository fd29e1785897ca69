package org.gatehouse.admin;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;

import org.gatehouse.governance.form.About;

/** The box as a whole, as whoever runs it sees it; supplied by the daemon. Thread-safe. */
public interface Box {

    /** What runs and what is wrong. Takes at most a few seconds. */
    Status status();

    /** Writes a consistent backup while the box serves; throws when it can't be finished. */
    void backup(OutputStream out) throws IOException;

    /**
     * How the box does.
     *
     * @param revision of the policy snapshot in force
     */
    record Status(@About("The program's version.") String version, @About("When the daemon started.") Instant startedAt,
            @About("The revision of the policy that is in force; grows with each change.") long revision,
            @About("Whether everything works.") boolean healthy,
            @About("The parts of the box.") List<Part> parts) {

        /** Copies the parts. */
        public Status {
            parts = List.copyOf(parts);
        }
    }

    /** A part of the box. */
    record Part(@About("Its name.") String name, @About("Whether it works.") boolean healthy,
            @About("How it does; if it does not work, what to do.") String message) {}
}
