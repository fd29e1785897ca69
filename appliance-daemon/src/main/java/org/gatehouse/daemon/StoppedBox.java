package org.gatehouse.daemon;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that name a box that does not run, for the commands that work on its data. */
final class StoppedBox {
    private static final Path USUAL = Path.of("/etc/gatehouse/appliance.yaml");

    @Option(names = "--data", paramLabel = "DIR", description = "The data directory. Default: the settings'.")
    private @Nullable Path data;

    @Option(names = "--config", paramLabel = "FILE", description = "Settings that name the data directory and the database; by default /etc/gatehouse/appliance.yaml if it exists.")
    private @Nullable Path config;

    /** What the file and the variables say. */
    Settings settings() throws IOException {
        Path named = config;
        return Settings.read(named == null ? USUAL : named, named != null, System.getenv());
    }

    /** Where its data lies; it may not be there. */
    Path directory(Settings settings) {
        return Objects.requireNonNullElse(data, settings.data());
    }
}
