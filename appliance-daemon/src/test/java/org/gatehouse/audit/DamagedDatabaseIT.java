package org.gatehouse.audit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.store.Ids;
import org.gatehouse.store.StoreFailure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The embedded database's file is lost, damaged or old at the start: nothing acknowledged may be missing. */
final class DamagedDatabaseIT {

    @TempDir
    private Path directory;
    private final SampleCalls samples = new SampleCalls(77);
    private final List<UUID> acknowledged = new ArrayList<>();

    private TrailLife live() {
        return new TrailLife(directory, samples, acknowledged);
    }

    private Path file() {
        return directory.resolve("database").resolve("gatehouse.mv.db");
    }

    private void overwrite(long from, long to) throws IOException {
        try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate((int) (Math.min(to, channel.size()) - from)), from);
        }
    }

    @Test
    void unreadableFileIsPutAsideAndRebuiltWithEveryRecordAndSetting() throws IOException {
        try (TrailLife life = live()) {
            life.carry(3_000);
            life.set("first");
        }
        try (TrailLife life = live()) {
            life.carry(2_000);
            life.set("second");
        }
        overwrite(0, Long.MAX_VALUE);
        try (TrailLife life = live()) {
            life.expectEverything();
            assertThat(life.list("SELECT name FROM named_secret", String.class)).contains("first", "second");
            assertThat(life.repairs()).singleElement().asString().contains("\"rebuild\"", "damagedFile", "rowsPutBack");
            assertThat(life.number("SELECT COUNT(DISTINCT call_id) FROM call_body")).isEqualTo(500);
            life.carry(100);
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(path -> path.getFileName().toString())).anyMatch(
                    name -> name.startsWith("database-damaged-")).noneMatch(name -> name.endsWith("-rebuilding"));
        }
        try (TrailLife life = live()) {
            life.expectEverything();
            assertThat(life.repairs()).hasSize(1);
        }
    }

    @Test
    void fileThatWasDamagedInTheMiddleIsRebuilt() throws IOException {
        try (TrailLife life = live()) {
            life.carry(4_000);
        }
        // A clean stop leaves its head whole; all that it points at is gone.
        overwrite(8_192, Long.MAX_VALUE);
        try (TrailLife life = live()) {
            life.expectEverything();
            assertThat(life.repairs()).hasSize(1);
        }
    }

    @Test
    void recordsBehindTheLastCopyOfTheSumsAreCountedOnceMore() throws IOException {
        Path early = directory.resolve("early");
        try (TrailLife life = live()) {
            life.carry(3_000);
        }
        copies("sums-", early, true);
        try (TrailLife life = live()) {
            life.carry(3_000);
        }
        copies("sums-", early, false);
        overwrite(0, Long.MAX_VALUE);
        try (TrailLife life = live()) {
            life.expectEverything();
        }
    }

    @Test
    void olderStateOfTheFileIsBroughtUpToDate() throws IOException {
        Path old = directory.resolve("old.mv.db");
        try (TrailLife life = live()) {
            life.carry(3_000);
        }
        Files.copy(file(), old);
        try (TrailLife life = live()) {
            life.carry(6_000);
        }
        // What a power cut leaves when the disk had taken nothing since.
        Files.copy(old, file(), StandardCopyOption.REPLACE_EXISTING);
        try (TrailLife life = live()) {
            life.expectEverything();
            assertThat(life.repairs()).singleElement().asString().contains("\"refill\"");
        }
    }

    @Test
    void settingsDoNotFallBackWithAnOlderStateOfTheFile() throws IOException {
        Path old = directory.resolve("old.mv.db");
        try (TrailLife life = live()) {
            life.carry(100);
        }
        Files.copy(file(), old);
        try (TrailLife life = live()) {
            life.set("later");
            life.carry(100);
        }
        Files.copy(old, file(), StandardCopyOption.REPLACE_EXISTING);
        try (TrailLife life = live()) {
            assertThat(life.list("SELECT name FROM named_secret", String.class)).contains("later");
            life.expectEverything();
            assertThat(life.repairs()).singleElement().asString().contains("older state");
        }
    }

    @Test
    void rowsThatWentMissingInAKillAreNoticedAtTheNextStart() throws IOException {
        Path earlier = directory.resolve("earlier");
        try (TrailLife life = live()) {
            life.carry(500);
        }
        copies("", earlier, true);
        try (TrailLife life = live()) {
            life.set("behind the copy");
            life.database().jdbi()
                    .useTransaction(handle -> handle.execute("DELETE FROM trail WHERE seq BETWEEN 200 AND 300"));
        }
        copies("", earlier, false);
        Files.createFile(directory.resolve("database").resolve("in-use"));
        try (TrailLife life = live()) {
            life.expectEverything();
            assertThat(life.repairs()).singleElement().asString().contains("rows 200 to 300", "rowsMissing\\\":0");
            // No copy has it, but the file's own tables can be read.
            assertThat(life.list("SELECT name FROM named_secret", String.class)).contains("behind the copy");
        }
    }

    @Test
    void damagedFileWithoutCopiesIsLeftAloneAndSaysWhatToDo() throws IOException {
        try (TrailLife life = live()) {
            life.carry(10);
        }
        copies("", directory.resolve("elsewhere"), true);
        overwrite(0, Long.MAX_VALUE);
        byte[] before = Files.readAllBytes(file());
        assertThatThrownBy(this::live).isInstanceOf(StoreFailure.class).hasMessageContaining("damaged")
                .hasMessageContaining("gatehouse restore");
        assertThat(Files.readAllBytes(file())).isEqualTo(before);
    }

    @Test
    void keptRecordsFollowRetentionAndPackUp() throws IOException {
        try (TrailLife life = live()) {
            life.carry(4_000);
        }
        try (TrailLife life = live()) {
            KeptRecords kept = new KeptRecords(life.data().journal(), life.trail().node(), Long.MAX_VALUE);
            long raw = bytes(kept);
            Clock now = Clock.systemUTC();
            new TrailRetention(life.database(), life.trail(), now, new Ids()).removeBodies();
            assertThat(kept.files()).allMatch(KeptRecords.Kept::isPacked);
            assertThat(bytes(kept)).isLessThan(raw / 3);
            assertThat(bodies(kept)).isPositive();
            Clock later = Clock.fixed(now.instant().plus(Duration.ofHours(2)), ZoneOffset.UTC);
            new TrailRetention(life.database(), life.trail(), later, new Ids()).removeBodies();
            assertThat(bodies(kept)).isZero();
            TrailRetention retention = new TrailRetention(life.database(), life.trail(), later, new Ids());
            assertThat(retention.removeRecords(Duration.ofHours(1))).isPositive();
            retention.removeBodies();
            retention.removeBodies();
            assertThat(kept.files()).isEmpty();
        }
    }

    @Test
    void rowsThatNeverWentThroughTheJournalAreKeptToo() throws IOException {
        try (TrailLife life = live()) {
            life.carry(1_500);
        }
        Path kept = directory.resolve("journal").resolve("kept");
        try (Stream<Path> files = Files.list(kept)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        try (TrailLife life = live()) {
            life.carry(1_500);
            new TrailRetention(life.database(), life.trail(), Clock.systemUTC(), new Ids()).removeBodies();
        }
        overwrite(0, Long.MAX_VALUE);
        try (TrailLife life = live()) {
            life.expectEverything();
        }
    }

    private static long bytes(KeptRecords kept) throws IOException {
        long bytes = 0;
        for (KeptRecords.Kept file : kept.files()) {
            bytes += Files.size(file.path());
        }
        return bytes;
    }

    private static int bodies(KeptRecords kept) throws IOException {
        List<BodyChunk> found = new ArrayList<>();
        for (KeptRecords.Kept file : kept.files()) {
            kept.read(file, new Segment.Visitor() {
                @Override
                public boolean record(ChainHead head, java.util.function.Supplier<byte[]> json, List<BodyChunk> bodies,
                        int end) {
                    found.addAll(bodies);
                    return true;
                }

                @Override
                public void damage(int at) {
                    throw new AssertionError("damaged at " + at);
                }
            });
        }
        return found.size();
    }

    /** Puts the local copies of a kind aside, or back in the place of all that are there. */
    private void copies(String prefix, Path aside, boolean away) throws IOException {
        Path copies = directory.resolve("database-copies");
        Files.createDirectories(aside);
        if (!away) {
            try (Stream<Path> files = Files.list(copies)) {
                for (Path file : files.filter(path -> path.getFileName().toString().startsWith(prefix)).toList()) {
                    Files.delete(file);
                }
            }
        }
        try (Stream<Path> files = Files.list(away ? copies : aside)) {
            for (Path file : files.filter(path -> path.getFileName().toString().startsWith(prefix)).toList()) {
                Files.move(file, (away ? aside : copies).resolve(file.getFileName()));
            }
        }
    }
}
