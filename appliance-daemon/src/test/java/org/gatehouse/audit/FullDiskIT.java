package org.gatehouse.audit;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The disk takes no more: a process may not write files beyond half a segment, which it meets in the middle of one. */
final class FullDiskIT {

    @Test
    void fullDiskRefusesRecordsLosesNoneAndRecoversByItself(@TempDir Path directory)
            throws IOException, InterruptedException {
        List<UUID> acknowledged = new ArrayList<>();
        try (ChildProcess writer = ChildProcess.start(FullDiskWriter.class, directory.toString())) {
            writer.awaitLines(line -> line.startsWith("done "), 100);
            for (int round = 1; round <= 2; round++) {
                int wanted = round;
                writer.limitFileSize("524288");
                int before = writer.lines().size();
                writer.awaitLines(line -> line.startsWith("refused DISK_FULL failing=true"), 3 * wanted);
                writer.limitFileSize("unlimited");
                int stuck = (int) writer.lines().stream().filter(line -> line.startsWith("done ")).count();
                writer.awaitLines(line -> line.startsWith("done "), stuck + 1_500);
                assertThat(writer.lines().size()).isGreaterThan(before);
            }
            writer.kill();
            writer.lines().stream().filter(line -> line.startsWith("done "))
                    .map(line -> UUID.fromString(line.substring(5))).forEach(acknowledged::add);
        }
        ChainHead start = ChainHead.start(FullDiskWriter.NODE);
        ChainHead head = start;
        List<UUID> found = new ArrayList<>();
        try (Journal journal = Journal.open(FullDiskWriter.settings(directory), FullDiskWriter.NODE, start, start,
                null)) {
            List<Committed> batch;
            while (!(batch = journal.backlog().take(500)).isEmpty()) {
                for (Committed record : batch) {
                    head = head.next(record.json(), ChainHead.sha256());
                    assertThat(record.head()).isEqualTo(head);
                    found.add(record.toRecord().id());
                }
            }
        }
        assertThat(found).doesNotHaveDuplicates().containsSubsequence(acknowledged);
        // The one in hand when it was killed, and the one that an unsure write may have left.
        assertThat(found.size() - acknowledged.size()).isBetween(0, 1);
    }
}
