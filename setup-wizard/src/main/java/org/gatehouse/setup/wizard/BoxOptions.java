package org.gatehouse.setup.wizard;

import java.nio.file.Path;
import java.util.Map;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import org.gatehouse.setup.wizard.box.Way;

/** Which box is set up, and how this caller gets in. */
final class BoxOptions {
    private final Map<String, String> environment;

    @Mixin
    private final DataOption data;

    @Option(names = "--url", paramLabel = "URL", description = "The address of a box elsewhere, https://host:port.")
    private String url = "";

    @Option(names = "--claim-code", paramLabel = "CODE", description = "The code that the box's console shows. On the box itself it is read from its data directory.")
    private String code = "";

    @Option(names = "--fingerprint", paramLabel = "SHA256", description = "The certificate's fingerprint that the box's console shows; then no other certificate is trusted.")
    private String fingerprint = "";

    @Option(names = "--take-over", description = "Takes the set-up over from whoever claimed the box; on the box itself.")
    private boolean takeOver;

    BoxOptions(Map<String, String> environment) {
        this.environment = environment;
        this.data = new DataOption(environment);
    }

    Way way(boolean onlyLook) {
        return new Way(url, data.place(), fingerprint, code, environment.getOrDefault("GATEHOUSE_ADMIN_TOKEN", ""),
                takeOver, onlyLook, memory());
    }

    /** Where programs keep what they need again: the XDG base directory specification's state. */
    private Path memory() {
        String state = environment.getOrDefault("XDG_STATE_HOME", "");
        return (state.isEmpty() ? Path.of(environment.getOrDefault("HOME", "/"), ".local", "state") : Path.of(state))
                .resolve("gatehouse");
    }
}
