package org.gatehouse.daemon;

import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class GivenUpUpdateTest {
    @TempDir
    private Path root;

    private void last(String outcome) throws Exception {
        Files.writeString(Files.createDirectories(root.resolve("var/lib/gatehouse-updates")).resolve("attempt.json"),
                """
                        {"version":"1.3.0","from":"1.2.0","at":"2026-11-22T03:00:00Z","outcome":"%s","reason":"no program"}
                        """
                        .formatted(outcome));
    }

    @Test
    void aBoxThatCameBackIsToldOf() throws Exception {
        last("returned");
        assertThat(new GivenUpUpdate(root).findings()).singleElement().satisfies(found -> {
            assertThat(found.about()).isEqualTo("release 1.3.0");
            assertThat(found.message()).contains("update to 1.3.0", "came back to 1.2.0", "System, Updates");
        });
    }

    @Test
    void whatWentWellAndWhatSomebodyDidIsNot() throws Exception {
        assertThat(new GivenUpUpdate(root).findings()).isEmpty();
        for (String outcome : new String[]{"installed", "good", "given_up"}) {
            last(outcome);
            assertThat(new GivenUpUpdate(root).findings()).as(outcome).isEmpty();
        }
    }
}
