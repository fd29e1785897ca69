package org.gatehouse.admin;

import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.governance.snapshot.Upstream;

/** Asks an upstream whether it answers; supplied by whoever can call upstreams. */
@FunctionalInterface
public interface UpstreamProbe {

    /**
     * Calls the upstream, live and within its deadlines. Never throws for what the upstream does.
     *
     * @param model if given, also makes a call of one token to that model of the upstream; needed where the
     *     upstream lists no models
     */
    Report probe(Upstream upstream, @Nullable String model);

    /** What came of it. */
    record Report(@About("Whether it works.") boolean works,
            @About("What happened and, if it does not work, what to do.") String message,
            @About("How long the first answer took, in ms.") long millis,
            @About("The models it says that it has.") List<String> models) {

        /** Checks and copies. */
        public Report {
            Objects.requireNonNull(message, "message");
            models = List.copyOf(models);
        }
    }
}
