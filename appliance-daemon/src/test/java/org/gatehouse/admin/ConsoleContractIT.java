package org.gatehouse.admin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The console's API client is made from a copy of the admin API's description; a copy that is older than the API would
 * let the console be built against what is not there any more.
 */
final class ConsoleContractIT {
    private static final Path COPY = Path.of("src/main/console/openapi.json");
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void theConsolesCopyOfTheApiDescriptionIsTheApis(@TempDir Path directory) throws IOException {
        ObjectNode document;
        try (AdminServer server = new AdminServer(Databases.H2, directory)) {
            document = (ObjectNode) server.get("/api/openapi.json").json();
        }
        // A release is no change of the API.
        ((ObjectNode) document.path("info")).put("version", "1");
        if (Boolean.getBoolean("gatehouse.write-openapi")) {
            Files.writeString(COPY, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(document) + "\n");
        }
        JsonNode copy = JSON.readTree(COPY.toFile());

        assertThat(copy.equals(document)).as("%s is older than the API. Write it anew with"
                + " mvn verify -pl appliance-daemon -am -Dit.test=ConsoleContractIT -Dgatehouse.write-openapi=true"
                + " -Dfailsafe.failIfNoSpecifiedTests=false, then see what the console makes of it with"
                + " npm run types && npm run check in src/main/console.", COPY).isTrue();
    }
}
