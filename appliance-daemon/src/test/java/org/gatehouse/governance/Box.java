package org.gatehouse.governance;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

import org.gatehouse.audit.AdminRecord;
import org.gatehouse.governance.form.Reading;
import org.gatehouse.governance.snapshot.Credential;
import org.gatehouse.governance.snapshot.KeyVerifier;
import org.gatehouse.governance.snapshot.PolicySnapshot;
import org.gatehouse.store.Databases;
import org.gatehouse.store.Ids;
import org.gatehouse.store.SecretBox;
import org.gatehouse.store.SteppedClock;

/** Governance on a database of its own, with a clock that a test moves and a trail that a test can break. */
public final class Box implements AutoCloseable {
    /** Who acts in tests. */
    public static final Actor ALICE = new Actor(Actor.Type.TOKEN, "alice", "127.0.0.1", "request-1");

    final Databases.Fresh fresh;
    final SecretBox secrets;
    final SteppedClock clock = new SteppedClock(Instant.parse("2026-11-20T12:00:00Z"));
    final KeptTrail trail;
    /** What a test lets the engines' room say of drafts. */
    volatile DeploymentCheck check = DeploymentCheck.none();
    Governance governance;

    Box(Databases.Fresh fresh, Path directory) {
        this(fresh, directory, new KeptTrail());
    }

    Box(Databases.Fresh fresh, Path directory, KeptTrail trail) {
        this.fresh = fresh;
        this.trail = trail;
        this.secrets = SecretBox.open(fresh.database(), directory.resolve("secret"), new SecureRandom(), clock);
        this.governance = open();
    }

    private Governance open() {
        return Governance.open(fresh.database(), secrets, trail, clock, new Ids(), new SecureRandom(),
                (all, asked) -> check.objections(all, asked));
    }

    /** As after a restart of the daemon. */
    void reopen() {
        governance.close();
        governance = open();
    }

    PolicySnapshot snapshot() {
        return governance.snapshots().current();
    }

    KeyVerifier verifier() {
        return new KeyVerifier(secrets.apiKeyPepper());
    }

    Credential credential(String text) {
        return verifier().find(snapshot(), text).orElseThrow();
    }

    Project project(String department, String name) {
        Department made = governance.departments().create(ALICE, DepartmentDraft.named(department)).made();
        return governance.projects().create(ALICE, ProjectDraft.named(made.id(), name)).made();
    }

    IssuedKey key(Project project, String name) {
        return governance.keys().create(ALICE, NewKeyDraft.of(KeyDraft.named(project.id(), name)), null).made();
    }

    PublicModel model(String name) {
        UpstreamServer upstream = governance.upstreams()
                .create(ALICE, UpstreamDraft.commercial("at-" + name, "https://api.example.com/v1", "sk-secret"))
                .made();
        return governance.models().create(ALICE, ModelDraft.routed(name, upstream.id(), "m-1",
                org.gatehouse.governance.snapshot.ModelRoute.Tokenizer.UNKNOWN, 8_000, 1_000)).made();
    }

    static <D> Function<D, Reading<D>> to(Function<D, D> edit) {
        return draft -> new Reading.Whole<>(edit.apply(draft));
    }

    static Refusal refusal(Change<?> change) {
        return ((Change.Refused<?>) change).refusal();
    }

    @Override
    public void close() {
        governance.close();
        fresh.close();
    }

    /** Keeps records as the trail does; refuses when told to, before or after it took the record. */
    public static final class KeptTrail implements AdminTrail {
        public final List<AdminRecord> records = new CopyOnWriteArrayList<>();
        private final UUID node = UUID.randomUUID();
        volatile boolean broken;
        volatile boolean brokenAfterwards;

        @Override
        public UUID node() {
            return node;
        }

        @Override
        public void append(AdminRecord action) {
            if (broken) {
                throw new IllegalStateException("the trail is broken by the test");
            }
            records.add(action);
            if (brokenAfterwards) {
                throw new IllegalStateException("the trail is broken by the test");
            }
        }

        @Override
        public boolean holds(AdminRecord action) {
            return records.stream().anyMatch(record -> record.id().equals(action.id()));
        }

        List<String> actions() {
            return records.stream().map(record -> record.objectType() + "." + record.action()).toList();
        }
    }
}
