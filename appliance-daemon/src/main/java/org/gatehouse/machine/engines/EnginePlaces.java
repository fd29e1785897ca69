package org.gatehouse.machine.engines;

import java.nio.file.Path;

/**
 * Where an appliance has what engines touch. Immutable.
 *
 * @param data the daemon's own; it may put anything there
 * @param layers where layers are mounted, which the maker of the box signed
 * @param home the link of the base that leads there
 * @param variables where an engine's variables lie while it starts; root's own
 * @param runner what makes an engine's output its log's, and runs it
 */
record EnginePlaces(Path data, Path layers, Path home, Path variables, Path runner) {

    /** Below a root: {@code /} but for tests. */
    static EnginePlaces under(Path root) {
        return new EnginePlaces(root.resolve("var/lib/gatehouse"), root.resolve("run/gatehouse-layers"),
                root.resolve("opt/gatehouse/layers"), root.resolve("run/gatehouse-agent/engines"),
                root.resolve("usr/lib/gatehouse/libexec/engine"));
    }

    Path logs() {
        return data.resolve("engine-logs");
    }

    Path log(String id) {
        return logs().resolve(id + ".log");
    }

    Path instances() {
        return data.resolve("fleet").resolve("instances");
    }

    Path instance(String id) {
        return instances().resolve(id);
    }

    Path sockets() {
        return data.resolve("run");
    }
}
