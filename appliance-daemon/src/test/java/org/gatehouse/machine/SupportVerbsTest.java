package org.gatehouse.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.governance.form.Json;
import org.gatehouse.machine.agent.Programs;
import org.gatehouse.machine.agent.Progress;
import org.gatehouse.machine.support.SupportVerbs;

import static org.assertj.core.api.Assertions.assertThat;

class SupportVerbsTest {
    @TempDir
    private Path root;

    private ObjectNode collect(Programs programs) throws Exception {
        return new SupportVerbs(root, programs).all().getFirst().run(Json.trusted("{}"), Progress.NONE);
    }

    @Test
    void whatProgramsAndFilesSayFitsIntoOneReplyHoweverMuchItIs() throws Exception {
        Files.createDirectories(root.resolve("usr/lib"));
        Files.writeString(root.resolve("usr/lib/os-release"), "IMAGE_VERSION=1.2.3\n");
        ObjectNode all = collect((_, _) -> new Programs.Ended(0, "\n\"line\"".repeat(40_000) + "the end"));

        assertThat(all.get("os-release").asText()).isEqualTo("IMAGE_VERSION=1.2.3\n");
        assertThat(all.get("journal").asText()).endsWith("the end");
        assertThat(Json.text(all).length()).isLessThan(1 << 20);
    }

    @Test
    void aProgramThatIsNotThereSpoilsNothing() throws Exception {
        ObjectNode all = collect((command, _) -> {
            if (command.getFirst().equals("bootctl")) {
                throw new IOException("no such program");
            }
            return new Programs.Ended(0, "fine");
        });

        assertThat(all.get("boot").asText()).contains("no such program");
        assertThat(all.get("sockets").asText()).isEqualTo("fine");
    }
}
