package org.gatehouse.alerts;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.UUID;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

final class BackupDatesIT {

    @ParameterizedTest
    @EnumSource
    void boxThatNeverTookABackupCountsFromItsFirstToken(Databases kind, @TempDir Path directory) {
        try (Databases.Fresh fresh = kind.fresh(directory)) {
            BackupDates dates = new BackupDates(fresh.database());
            assertThat(dates.last()).isEmpty();
            assertThat(dates.begun()).isEmpty();
            fresh.database().jdbi().useTransaction(handle -> handle.execute(
                    "INSERT INTO admin_token (id, name, token_sha256, created_at) VALUES (?, 'first', ?, ?)",
                    new UUID(0, 1), new byte[32], Instant.parse("2026-11-01T00:00:00Z").atOffset(ZoneOffset.UTC)));
            assertThat(dates.begun()).contains(Instant.parse("2026-11-01T00:00:00Z"));
            dates.taken(Instant.parse("2026-11-20T00:00:00Z"));
            assertThat(dates.last()).contains(Instant.parse("2026-11-20T00:00:00Z"));
        }
    }
}
