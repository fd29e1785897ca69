package org.gatehouse.machine.update;

import java.util.List;

import org.gatehouse.governance.form.About;

/** A bundle whose signature was checked and that may be installed here. Immutable. */
public record BundleView(@About("The release in it.") String version,
        @About("The kind of machine that it is for.") String compatible,
        @About("How many bytes it has unpacked.") long unpackedBytes,
        @About("Layers of this box that were made for another kernel than this release's: it would run without them until"
                + " those that were made for it are installed.") List<String> leftOut) {

    /** Copies the list. */
    public BundleView {
        leftOut = List.copyOf(leftOut);
    }
}
