package org.gatehouse.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.store.Ids;

import static org.assertj.core.api.Assertions.assertThat;

/** What is kept for a rebuild takes no more space than it may. */
final class KeptSpaceIT {

    private static final long SPACE = 2 << 20;

    @TempDir
    private Path directory;
    private final SampleCalls samples = new SampleCalls(79);
    private final List<UUID> acknowledged = new ArrayList<>();

    private TrailLife live() {
        return new TrailLife(directory, samples, acknowledged,
                new TrailSettings(new JournalSettings(directory.resolve("journal"), 1 << 20, 64 << 20, SPACE), 50,
                        TrailLife.SOON));
    }

    private static void keepHouse(TrailLife life) {
        new TrailRetention(life.database(), life.trail(), Clock.systemUTC(), new Ids()).removeBodies();
    }

    private static KeptRecords kept(TrailLife life) {
        return new KeptRecords(life.data().journal(), life.trail().node(), SPACE);
    }

    private static long bytes(KeptRecords kept) throws IOException {
        long bytes = 0;
        for (KeptRecords.Kept file : kept.files()) {
            bytes += Files.size(file.path());
        }
        return bytes;
    }

    @Test
    void oldestKeptRecordsMakeRoomForTheNewest() throws IOException {
        try (TrailLife life = live()) {
            life.carry(6_000);
        }
        try (TrailLife life = live()) {
            KeptRecords kept = kept(life);
            Trail.Figures figures = life.trail().figures();
            assertThat(bytes(kept)).isBetween(SPACE / 2, SPACE).isEqualTo(figures.keptBytes());
            assertThat(figures.keptFrom()).isGreaterThan(1).isEqualTo(kept.files().getFirst().first());
            assertThat(kept.files().getLast().last()).isGreaterThanOrEqualTo(6_000);
        }
    }

    @Test
    void droppedRecordsAreNotWrittenAgainFromTheDatabase() throws IOException {
        try (TrailLife life = live()) {
            life.carry(6_000);
        }
        try (TrailLife life = live()) {
            long first = life.trail().figures().keptFrom();
            keepHouse(life);
            // Packed, all rows of the trail would fit.
            assertThat(bytes(kept(life))).isLessThan(SPACE / 2);
            assertThat(kept(life).files().getFirst().first()).isEqualTo(first);
            assertThat(life.trail().figures().keptFrom()).isEqualTo(first);
        }
    }

    @Test
    void noWordOfDroppedRecordsOnceRetentionHasRemovedThemFromTheDatabaseToo() {
        try (TrailLife life = live()) {
            life.carry(6_000);
        }
        try (TrailLife life = live()) {
            assertThat(life.trail().figures().keptFrom()).isGreaterThan(1);
            Clock later = Clock.fixed(Instant.now().plus(Duration.ofHours(2)), ZoneOffset.UTC);
            TrailRetention retention = new TrailRetention(life.database(), life.trail(), later, new Ids());
            assertThat(retention.removeRecords(Duration.ofHours(1))).isPositive();
            // The kept records follow one round late.
            retention.removeBodies();
            retention.removeBodies();
            assertThat(life.trail().figures().keptFrom()).isOne();
        }
    }

    @Test
    void rebuildBringsBackWhatIsKeptAndVerificationNamesWhatIsNot() throws IOException {
        long first;
        try (TrailLife life = live()) {
            life.carry(6_000);
            first = life.trail().figures().keptFrom();
        }
        Path file = directory.resolve("database").resolve("gatehouse.mv.db");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate((int) channel.size()), 0);
        }
        try (TrailLife life = live()) {
            assertThat(first).isGreaterThan(1);
            assertThat(life.repairs()).hasSize(1);
            assertThat(life.number("SELECT MIN(seq) FROM trail")).isEqualTo(life.trail().figures().keptFrom());
            assertThat(life.verify()).isInstanceOfSatisfying(VerificationResult.Broken.class,
                    broken -> assertThat(broken.sequence()).isOne());
        }
    }
}
