package org.gatehouse.supervisor.fleet;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.supervisor.Listen;

/** The way to a local model as it is at one moment. Immutable; had from memory, without any lock. */
public sealed interface Way {

    /**
     * Calls can go there.
     *
     * @param places instances that serve it, at least one
     */
    record Open(List<Place> places) implements Way {
        /** Copies the list. */
        public Open {
            places = List.copyOf(places);
        }
    }

    /**
     * None serves it now.
     *
     * @param answer {@link Admission.Loading} or {@link Admission.Refused}
     */
    record Closed(Admission answer) implements Way {}

    /** An instance that serves. Thread-safe. */
    interface Place {
        /** The instance's id. */
        String instance();

        /** Which of its processes: another after each start. */
        long generation();

        /** Where it answers. */
        Listen listen();

        /** Whether it was started to heed a call's priority. */
        boolean heedsPriority();

        /** Sequences that it was told to work on at once, at least 1; calls beyond them wait inside of it. */
        int sequences();

        /** Calls running and waiting there: those that went through here, and those of others that its metrics tell of. */
        double busyness();

        /** Goes in: from then on it is neither put to sleep nor evicted. {@code null} if it takes no more calls. */
        @Nullable
        Lease enter();
    }

    /** Somebody waits for a model; closing it ends that, a second time does nothing. */
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }
}
