package org.gatehouse.machine.layers;

import java.nio.file.Path;

/**
 * Where an appliance has what layers touch. Immutable.
 *
 * @param received where the daemon puts what it received; anything may lie there
 * @param kept images that were checked, on the data partition; only root writes there
 * @param mounted below their names, from the start on
 * @param trial where one is mounted to be looked at
 * @param keyring the certificates of those whose layers are taken; the same as systemd looks at when it mounts one
 * @param kernelRelease the running kernel's version
 * @param dropIns what is added to the gateway's service until the next start
 */
record LayerPlaces(Path received, Path kept, Path mounted, Path trial, Path keyring, Path kernelRelease, Path dropIns) {

    /** Below a root: {@code /} but for tests. */
    static LayerPlaces under(Path root) {
        return new LayerPlaces(root.resolve("var/lib/gatehouse/layers/incoming.raw"),
                root.resolve("var/lib/gatehouse-layers"), root.resolve("run/gatehouse-layers"),
                root.resolve("run/gatehouse-agent/layer"), root.resolve("usr/lib/verity.d/gatehouse.crt"),
                root.resolve("proc/sys/kernel/osrelease"),
                root.resolve("run/systemd/system/gatehouse.service.d"));
    }

    /** A copy on its way to be checked: nobody else can change it between the check and the use. */
    Path incoming() {
        return kept.resolve(".incoming");
    }

    /** What the start made of the layers. */
    Path outcome() {
        return mounted.resolve(".outcome.json");
    }
}
