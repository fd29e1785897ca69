package org.gatehouse.daemon;

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
        DiskWatch disk = new DiskWatch(folder, () -> nanos, _ -> 97);

        assertThat(disk.findings()).hasSize(2).anySatisfy(found -> {
            assertThat(found.about()).startsWith("files on the disk");
            assertThat(found.value()).isEqualTo(97);
        }).extracting(Finding::subject).doesNotHaveDuplicates();
    }

    @Test
    void theProgramThatCountsFilesIsAskedOnceAMinute() {
        AtomicInteger asked = new AtomicInteger();
        DiskWatch disk = new DiskWatch(folder, () -> nanos, _ -> asked.incrementAndGet());
        disk.findings();
        nanos = Duration.ofSeconds(59).toNanos();
        disk.findings();
        assertThat(asked).hasValue(1);
        nanos = Duration.ofSeconds(60).toNanos();
        disk.findings();
        assertThat(asked).hasValue(2);
    }

    @Test
    void thisMachinesProgramSaysSomethingSensible() throws Exception {
        assertThat(DiskWatch.Inodes.OF_SYSTEM.used(folder)).isBetween(0.0, 100.0);
    }
}
