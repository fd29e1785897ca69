package org.gatehouse.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

import org.gatehouse.governance.form.Json;

import static org.assertj.core.api.Assertions.assertThat;

/** Two builds of one commit take the same libraries: every version is one version, and what npm fetches has a digest. */
final class PinnedDependenciesTest {
    private static final Pattern VERSION = Pattern.compile("<(version\\.[^>]+|plugin\\.[^>]+|version)>([^<]+)</");
    private static final Path CONSOLE = Path.of("src/main/console");

    @Test
    void everyVersionOfMavensIsOneVersion() throws IOException {
        try (Stream<Path> all = Files.walk(Path.of(".."), 3)) {
            List<Path> poms = all.filter(path -> path.endsWith("pom.xml")).toList();
            assertThat(poms).hasSizeGreaterThan(5);
            for (Path pom : poms) {
                var matcher = VERSION.matcher(Files.readString(pom));
                while (matcher.find()) {
                    String version = matcher.group(2);
                    boolean own = version.equals("0.1.0-SNAPSHOT");
                    boolean toolchain = version.equals("[25,26)");
                    boolean least = version.equals("[3.8.5,)");
                    assertThat(own || toolchain || least || version.startsWith("${")
                            || version.matches("[0-9][A-Za-z0-9.-]*") && !version.endsWith("-SNAPSHOT"))
                            .as(pom + ": " + version).isTrue();
                }
            }
        }
    }

    @Test
    void everyPackageOfTheConsoleIsOneVersionWithItsDigest() throws IOException {
        JsonNode wanted = Json.trusted(Files.readString(CONSOLE.resolve("package.json")));
        for (String kind : List.of("dependencies", "devDependencies")) {
            wanted.path(kind).properties().forEach(one -> assertThat(one.getValue().asText()).as(one.getKey())
                    .matches("[0-9]+\\.[0-9]+\\.[0-9]+([-+].*)?"));
        }
        JsonNode locked = Json.trusted(Files.readString(CONSOLE.resolve("package-lock.json"))).get("packages");
        assertThat(locked.size()).isGreaterThan(10);
        for (Map.Entry<String, JsonNode> one : locked.properties()) {
            if (!one.getKey().isEmpty() && !one.getValue().path("link").asBoolean()) {
                assertThat(one.getValue().path("integrity").asText()).as(one.getKey()).startsWith("sha512-");
            }
        }
    }
}
