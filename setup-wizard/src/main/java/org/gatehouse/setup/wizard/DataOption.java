package org.gatehouse.setup.wizard;

import java.nio.file.Path;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

import org.gatehouse.setup.wizard.box.Place;

/** Which data directory, on the box itself. */
final class DataOption {
    private final Map<String, String> environment;

    @Option(names = "--data", paramLabel = "DIR", description = "The data directory of the box, on the box itself. Default: GATEHOUSE_DATA, else /var/lib/gatehouse. Address, certificate and claim code are read there.")
    private @Nullable Path data;

    DataOption(Map<String, String> environment) {
        this.environment = environment;
    }

    Place place() {
        String said = environment.getOrDefault("GATEHOUSE_DATA", "");
        Path directory = data;
        return new Place(directory != null ? directory : said.isEmpty() ? Place.USUAL : Path.of(said));
    }
}
