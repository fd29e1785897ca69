package org.gatehouse.governance;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.audit.AdminRecord;
import org.gatehouse.audit.JournalSettings;
import org.gatehouse.audit.Trail;
import org.gatehouse.audit.TrailSettings;
import org.gatehouse.store.Databases;
import org.gatehouse.store.Ids;
import org.gatehouse.store.SecretBox;

import static org.assertj.core.api.Assertions.assertThat;

/** Governance on the real trail. */
@ParameterizedClass
@EnumSource(Databases.class)
final class DurableAdminTrailIT {
    private final Databases kind;
    private final Ids ids = new Ids();
    private final Clock clock = Clock.systemUTC();

    DurableAdminTrailIT(Databases kind) {
        this.kind = kind;
    }

    /** Takes each record and then fails, as if the daemon were killed before it could note that it did. */
    private record KilledAfterwards(AdminTrail trail) implements AdminTrail {
        @Override
        public UUID node() {
            return trail.node();
        }

        @Override
        public void append(AdminRecord action) {
            trail.append(action);
            throw new IllegalStateException("killed by the test");
        }

        @Override
        public boolean holds(AdminRecord action) {
            return trail.holds(action);
        }
    }

    @Test
    void actionWhoseDaemonWasKilledIsInTheTrailOnce(@TempDir Path directory) {
        try (Databases.Fresh fresh = kind.fresh(directory)) {
            SecretBox secrets = SecretBox.open(fresh.database(), directory.resolve("secret"), new SecureRandom(),
                    clock);
            try (Trail trail = Trail.open(fresh.database(), secrets,
                    TrailSettings.with(JournalSettings.in(directory.resolve("journal"))), List.of(), clock, ids)) {
                AdminTrail real = new DurableAdminTrail(trail, fresh.database());
                open(fresh, secrets, real).close();
                try (Governance killed = open(fresh, secrets, new KilledAfterwards(real))) {
                    killed.departments().create(Box.ALICE, DepartmentDraft.named("Research")).made();
                }
                try (Governance next = open(fresh, secrets, real)) {
                    next.departments().create(Box.ALICE, DepartmentDraft.named("Sales")).made();
                }
                assertThat(trail.flush(Duration.ofSeconds(10))).isTrue();
                assertThat(fresh.database().jdbi().<List<String>, RuntimeException>withHandle(handle -> handle
                        .createQuery("SELECT object_type FROM trail WHERE kind = 'admin' ORDER BY seq")
                        .mapTo(String.class).list())).containsExactly("settings", "departments", "departments");
            }
        }
    }

    private Governance open(Databases.Fresh fresh, SecretBox secrets, AdminTrail trail) {
        return Governance.open(fresh.database(), secrets, trail, clock, ids, new SecureRandom());
    }
}
