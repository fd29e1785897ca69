package org.gatehouse.daemon;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.alerts.Finding;

import static org.assertj.core.api.Assertions.assertThat;

class DiskWatchTest {
    @TempDir
    private Path folder;
    private long nanos;

    @Test
    void spaceAndFilesAreTwoThings() {
        DiskWatch disk = new DiskWatch(folder, folder.resolve("none"), () -> nanos, _ -> 97);

        assertThat(disk.findings()).hasSize(2).anySatisfy(found -> {
            assertThat(found.about()).startsWith("files on the disk");
            assertThat(found.value()).isEqualTo(97);
        }).extracting(Finding::subject).doesNotHaveDuplicates();
    }

    @Test
    void theProgramThatCountsFilesIsAskedOnceAMinute() {
        AtomicInteger asked = new AtomicInteger();
        DiskWatch disk = new DiskWatch(folder, folder.resolve("none"), () -> nanos, _ -> asked.incrementAndGet());
        disk.findings();
        nanos = Duration.ofSeconds(59).toNanos();
        disk.findings();
        assertThat(asked).hasValue(1);
        nanos = Duration.ofSeconds(60).toNanos();
        disk.findings();
        assertThat(asked).hasValue(2);
    }

    @Test
    void errorsThatTheKernelMetAreToldOfWithTheirFileSystem() throws Exception {
        Path systems = folder.resolve("ext4");
        Files.writeString(Files.createDirectories(systems.resolve("vda1")).resolve("errors_count"), "0\n");
        Files.writeString(Files.createDirectories(systems.resolve("dm-2")).resolve("errors_count"), "3\n");
        // Of no file system, but of what all of them can do.
        Files.createDirectories(systems.resolve("features"));

        assertThat(new DiskWatch(folder, systems, () -> nanos, _ -> 1).findings())
                .filteredOn(found -> found.about().startsWith("file system")).singleElement().satisfies(found -> {
                    assertThat(found.about()).isEqualTo("file system on dm-2");
                    assertThat(found.value()).isEqualTo(100);
                    assertThat(found.message()).contains("errors (3)", "backup");
                });
    }

    @Test
    void thisMachinesProgramSaysSomethingSensible() throws Exception {
        assertThat(DiskWatch.Inodes.OF_SYSTEM.used(folder)).isBetween(0.0, 100.0);
    }
}
