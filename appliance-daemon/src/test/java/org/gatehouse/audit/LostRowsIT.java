package org.gatehouse.audit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** Rows that are in none of the places from which the trail is rebuilt. */
final class LostRowsIT {

    @TempDir
    private Path directory;
    private final SampleCalls samples = new SampleCalls(78);
    private final List<UUID> acknowledged = new ArrayList<>();

    private TrailLife live() {
        return new TrailLife(directory, samples, acknowledged);
    }

    private void killed() throws IOException {
        Files.createFile(directory.resolve("database").resolve("in-use"));
    }

    private long aside() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith("database-damaged-")).count();
        }
    }

    private static void delete(TrailLife life, long first, long last) {
        life.database().jdbi().useTransaction(
                handle -> handle.execute("DELETE FROM trail WHERE seq BETWEEN ? AND ?", first, last));
    }

    /** Rows 101 to 110 are gone for good. */
    private void loseRows() throws IOException {
        try (TrailLife life = live()) {
            life.carry(500);
        }
        try (TrailLife life = live()) {
            delete(life, 101, 110);
            KeptRecords kept = new KeptRecords(life.data().journal(), life.trail().node(), Long.MAX_VALUE);
            for (KeptRecords.Kept file : kept.files()) {
                if (file.first() <= 110) {
                    Files.delete(file.path());
                }
            }
            // The others are put down again, as rows of a restored backup are.
            life.trail().tidyKept(java.time.Instant.now());
        }
        killed();
    }

    @Test
    void gapThatARebuildCouldNotFillLeadsToNoOtherRebuild() throws IOException {
        loseRows();
        for (int start = 1; start <= 3; start++) {
            try (TrailLife life = live()) {
                assertThat(life.repairs()).singleElement().asString().contains("rows 101 to 110",
                        "rowsMissing\\\":10");
                assertThat(aside()).isOne();
                assertThat(life.verify()).isInstanceOfSatisfying(VerificationResult.Broken.class,
                        broken -> assertThat(broken.sequence()).isEqualTo(101));
                life.carry(20);
            }
            killed();
        }
    }

    @Test
    void gapBesideANotedOneIsRebuiltAgain() throws IOException {
        loseRows();
        try (TrailLife life = live()) {
            delete(life, 111, 112);
        }
        killed();
        try (TrailLife life = live()) {
            assertThat(life.repairs()).hasSize(2).last().asString().contains("rows 101 to 112", "rowsMissing\\\":10");
        }
    }
}
