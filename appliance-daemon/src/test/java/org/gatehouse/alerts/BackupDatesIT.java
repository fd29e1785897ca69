package org.gatehouse.alerts;

import java.nio.file.Path;
import java.time.Instant;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

@ParameterizedClass
@EnumSource(Databases.class)
final class BackupDatesIT {
    private final Databases kind;
    private Databases.Fresh fresh;

    BackupDatesIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void open(@TempDir Path directory) {
        fresh = kind.fresh(directory);
    }

    @AfterEach
    void close() {
        fresh.close();
    }

    @Test
    void boxThatNeverTookABackupCountsFromItsFirstToken() {
        BackupDates dates = new BackupDates(fresh.database());
        assertThat(dates.last()).isEmpty();
        assertThat(dates.begun()).isEmpty();
        fresh.database().jdbi()
                .useTransaction(handle -> handle.execute("INSERT INTO admin_token (id, name, token_sha256,"
                        + " created_at) VALUES (?, 'first', ?, ?)", new java.util.UUID(0, 1), new byte[32],
                        Instant.parse("2026-11-01T00:00:00Z").atOffset(java.time.ZoneOffset.UTC)));
        assertThat(dates.begun()).contains(Instant.parse("2026-11-01T00:00:00Z"));
        dates.taken(Instant.parse("2026-11-20T00:00:00Z"));
        assertThat(dates.last()).contains(Instant.parse("2026-11-20T00:00:00Z"));
    }
}
