package org.gatehouse.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

/** Whoever has the commit and the same packages can build the image again and hold it against the one that was given to them. */
@Order(12)
@ExtendWith(Steps.Given.class)
final class ReproducibleRound {
    /** What systemd-measure(1) signs; no signature is the same twice. */
    private static final String SIGNATURE = ".pcrsig";

    @Test
    void anotherBuildOfTheCommitGivesTheSameBytes(Steps steps) throws Exception {
        steps.run("another build, from packages alone: the same root file system, hash tree and root hash", () -> {
            for (String kind : List.of(".root.raw", ".verity.raw", ".roothash")) {
                assertThat(Files.mismatch(of("image", kind), of("again", kind))).as("first byte that differs, " + kind)
                        .isEqualTo(-1);
            }
            steps.note("root hash " + Files.readString(of("image", ".roothash")).strip().substring(0, 16));
        });
        steps.run("and the same kernel image, but for its signatures", () -> {
            Map<String, byte[]> first = new KernelImage(of("image", ".efi")).sections();
            Map<String, byte[]> again = new KernelImage(of("again", ".efi")).sections();
            assertThat(again.keySet()).isEqualTo(first.keySet());
            first.forEach((name, content) -> {
                if (!name.equals(SIGNATURE)) {
                    assertThat(again.get(name)).as(name).isEqualTo(content);
                }
            });
            steps.note(String.join(" ", first.keySet()));
        });
    }

    private static Path of(String build, String kind) throws IOException {
        return Path.of(Lab.property(build)).resolve("gatehouse_" + Lab.here().version() + kind);
    }
}
