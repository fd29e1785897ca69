package org.gatehouse.governance;

import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.UUID;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.governance.snapshot.PolicySnapshot;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;

@ParameterizedClass
@EnumSource(Databases.class)
final class SnapshotSpeedIT {
    private static final int KEYS = 10_000;
    /** Three times what is wanted on an idle machine: other tests may run beside this one. */
    private static final Duration BOUND = Duration.ofMillis(450);

    private final Databases kind;

    SnapshotSpeedIT(Databases kind) {
        this.kind = kind;
    }

    @Test
    void tenThousandKeysAreLoadedFastEnoughForEveryChange(@TempDir Path directory) {
        try (Box box = new Box(kind.fresh(directory), directory)) {
            Project project = box.project("Research", "Search");
            box.governance.limits().create(Box.ALICE, new LimitDraft(ScopeReference.project(project.id()),
                    Limit.Kind.REQUESTS_PER_MINUTE, 1_000)).made();
            box.fresh.database().jdbi().useTransaction(handle -> fill(handle, box, project));
            long[] nanos = new long[9];
            SnapshotQueries queries = new SnapshotQueries(box.secrets);
            for (int i = 0; i < nanos.length; i++) {
                long start = System.nanoTime();
                PolicySnapshot snapshot = queries.load(box.fresh.database().jdbi());
                nanos[i] = System.nanoTime() - start;
                assertThat(snapshot.credentials()).hasSize(KEYS);
            }
            Arrays.sort(nanos);
            System.Logger log = System.getLogger(SnapshotSpeedIT.class.getName());
            log.log(System.Logger.Level.INFO, "{0}: {1} keys in {2} ms (median of {3})", kind, KEYS,
                    nanos[nanos.length / 2] / 1_000_000, nanos.length);
            assertThat(nanos[nanos.length / 2]).isLessThan(BOUND.toNanos());
        }
    }

    private static void fill(Handle handle, Box box, Project project) {
        PreparedBatch keys = handle.prepareBatch("""
                INSERT INTO api_key (id, project_id, name, state, all_models, surfaces, addresses, created_at,
                    updated_at, version)
                VALUES (:id, :project, :name, 'ACTIVE', TRUE, '["*"]', '["10.0.0.0/8"]', :now, :now, 1)
                """);
        PreparedBatch secrets = handle.prepareBatch("""
                INSERT INTO api_key_secret (public_id, key_id, secret_hash, created_at)
                VALUES (:public, :id, :hash, :now)
                """);
        for (int i = 0; i < KEYS; i++) {
            UUID id = UUID.randomUUID();
            keys.bind("id", id).bind("project", project.id()).bind("name", "key-" + i)
                    .bind("now", box.clock.instant().atOffset(ZoneOffset.UTC)).add();
            secrets.bind("public", String.format("%08d", i)).bind("id", id).bind("hash", new byte[32])
                    .bind("now", box.clock.instant().atOffset(ZoneOffset.UTC)).add();
        }
        keys.execute();
        secrets.execute();
    }
}
