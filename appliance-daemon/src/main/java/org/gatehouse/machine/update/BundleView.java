package org.gatehouse.machine.update;

import org.gatehouse.governance.form.About;

/** A bundle whose signature was checked and that may be installed here. Immutable. */
public record BundleView(@About("The release in it.") String version,
        @About("The kind of machine that it is for.") String compatible,
        @About("How many bytes it has unpacked.") long unpackedBytes) {}
