package org.gatehouse.machine.update;

import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.gatehouse.governance.form.About;
import org.gatehouse.machine.slots.Attempt;

/** How the box stands with updates. Immutable. */
public record UpdateState(
        @About("Whether this machine has the appliance's operating system; without it nothing here can be done.") boolean supported,
        @About("The release that runs; null where it is not the appliance's.") @Nullable String version,
        @About("The root hash of the system that runs, in hexadecimal: it names exactly its content.") @Nullable String rootHash,
        @About("The kind of machine that releases must be for.") @Nullable String compatible,
        @About("The releases on the disk, the newest first.") List<UpdateRelease> releases,
        @About("The last update, and what became of it; null when there was none.") @Nullable Attempt last,
        @About("How many bytes of a bundle have been received; null when there is none.") @Nullable Long receivedBytes,
        @About("What is done right now; null when nothing is.") @Nullable UpdateWork work,
        @About("What went wrong with what was done last; null when nothing did.") @Nullable UpdateTrouble trouble) {

    /** Copies the list. */
    public UpdateState {
        releases = List.copyOf(releases);
    }

    /** A release on the disk. */
    public record UpdateRelease(@About("Its version.") String version, @About("Whether it runs.") boolean running,
            @About("Whether it has shown that it is good; the boot loader counts its tries until then.") boolean good,
            @About("Whether all of its tries are spent, so that it is not started any more.") boolean failed) {}

    /** What is being done. */
    public record UpdateWork(@About("What: download, install, fetch or restore.") String kind,
            @About("The step that it is at.") String step, @About("How far it is, from 0 to 100.") int percent,
            @About("When it began.") Instant startedAt) {}

    /** What went wrong. */
    public record UpdateTrouble(@About("For programs, such as bundle_untrusted.") String code,
            @About("For people: what is wrong, and what to do.") String message, @About("When.") Instant at) {}

    /** Of a machine whose operating system is somebody else's. */
    static UpdateState unsupported() {
        return new UpdateState(false, null, null, null, List.of(), null, null, null, null);
    }
}
