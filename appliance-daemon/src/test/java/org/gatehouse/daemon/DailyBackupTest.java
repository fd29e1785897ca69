package org.gatehouse.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.gatehouse.setup.BackupPlan;

import static org.assertj.core.api.Assertions.assertThat;

class DailyBackupTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static boolean due(@Nullable String last, String now) {
        BackupPlan.Daily daily = new BackupPlan.Daily("/backups", 2, 7);
        return DailyBackup.isDue(new BackupPlan.Planned(daily, last == null ? null : Instant.parse(last), null, null),
                ZonedDateTime.parse(now).withZoneSameInstant(BERLIN));
    }

    @Test
    void oneIsMadeOnceADayAfterItsHourInTheBoxesZone() {
        assertThat(due(null, "2026-11-20T00:30:00Z")).isFalse();
        assertThat(due(null, "2026-11-20T01:00:00Z")).isTrue();
        assertThat(due("2026-11-20T01:00:05Z", "2026-11-20T20:00:00Z")).isFalse();
        assertThat(due("2026-11-20T01:00:05Z", "2026-11-20T23:30:00Z")).as("tomorrow there, before the hour")
                .isFalse();
        assertThat(due("2026-11-20T01:00:05Z", "2026-11-21T01:00:00Z")).isTrue();
        assertThat(due("2026-11-10T01:00:05Z", "2026-11-21T12:00:00Z")).as("after days without power").isTrue();
    }

    @Test
    void onlyItsOwnOldFilesAreRemoved(@TempDir Path directory) throws IOException {
        for (String name : new String[]{"gatehouse-20261118-020000.backup", "gatehouse-20261119-020000.backup",
                "gatehouse-20261120-020000.backup", "gatehouse-mine.backup", "photo.jpg"}) {
            Files.writeString(directory.resolve(name), "x");
        }
        DailyBackup.prune(directory, 2);
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder(
                    "gatehouse-20261119-020000.backup", "gatehouse-20261120-020000.backup", "gatehouse-mine.backup",
                    "photo.jpg");
        }
    }
}
