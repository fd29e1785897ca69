package org.gatehouse.governance;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.audit.AdminRecord;
import org.gatehouse.governance.form.FieldError;
import org.gatehouse.governance.snapshot.Budget;
import org.gatehouse.governance.snapshot.CacheTerms;
import org.gatehouse.governance.snapshot.Credential;
import org.gatehouse.governance.snapshot.EngineTerms;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Scope;
import org.gatehouse.governance.snapshot.Surface;
import org.gatehouse.store.Databases;
import org.gatehouse.store.Ids;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.gatehouse.governance.Box.ALICE;
import static org.gatehouse.governance.Box.refusal;
import static org.gatehouse.governance.Box.to;

@ParameterizedClass
@EnumSource(Databases.class)
final class GovernanceIT {
    private final Databases kind;
    private Box box;

    GovernanceIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void open(@TempDir Path directory) {
        box = new Box(kind.fresh(directory), directory);
    }

    @AfterEach
    void close() {
        box.close();
    }

    @Test
    void firstStartFoundsTheOrganisationOnce() {
        Settings settings = box.governance.currentSettings();
        box.reopen();
        assertThat(box.governance.currentSettings()).isEqualTo(settings);
        assertThat(box.trail.actions()).containsExactly("settings.create");
    }

    @Test
    void keyIsInForceWhenCreateReturnsAndCarriesWhatBindsIt() {
        Project project = box.project("Research", "Search");
        User owner = box.governance.users().create(ALICE, UserDraft.named("Ada")).made();
        PublicModel model = box.model("small");
        box.governance.limits().create(ALICE, new LimitDraft(ScopeReference.organisation(),
                Limit.Kind.REQUESTS_PER_MINUTE, 1_000)).made();
        box.governance.limits().create(ALICE, new LimitDraft(ScopeReference.user(owner.id()),
                Limit.Kind.CONCURRENT_REQUESTS, 3)).made();
        box.governance.budgets().create(ALICE, BudgetDraft.hard(ScopeReference.department(project.departmentId()),
                Budget.Period.MONTH, new BigDecimal("100.50"))).made();
        box.governance.policies().create(ALICE, new PolicyDraft(ScopeReference.department(project.departmentId()),
                new Policy.Recording(KeyRecord.Recording.BOTH, 7), -3, null, null)).made();
        box.governance.policies().create(ALICE, new PolicyDraft(ScopeReference.organisation(), null, 9,
                EngineTerms.PrefixCache.KEY, 45, true, EngineTerms.CallClass.BATCH)).made();
        box.governance.departments().update(ALICE, project.departmentId(), null,
                to(draft -> new DepartmentDraft(draft.name(), draft.description(), 7))).made();
        IssuedKey issued = box.governance.keys().create(ALICE, new NewKeyDraft(project.id(), "ci", owner.id(),
                List.of("small"), List.of("chat.completions"), List.of("10.0.0.0/8"),
                box.clock.instant().plus(Duration.ofDays(1)),
                List.of(new NewKeyDraft.OwnLimit(Limit.Kind.TOTAL_TOKENS, 10_000)),
                List.of(new NewKeyDraft.OwnBudget(Budget.Period.DAY, BigDecimal.TEN, false))), null).made();

        Credential credential = box.credential(issued.secret());
        KeyRecord key = credential.key();
        assertThat(issued.secret()).matches("ghk_[A-Za-z0-9]{8}_[A-Za-z0-9_-]{43}");
        assertThat(key.departmentName()).isEqualTo("Research");
        assertThat(key.ownerName()).isEqualTo("Ada");
        assertThat(key.models().includes(model.name())).isTrue();
        assertThat(key.models().includes("other")).isFalse();
        assertThat(key.surfaces().includes(Surface.CHAT_COMPLETIONS)).isTrue();
        assertThat(key.surfaces().includes(Surface.EMBEDDINGS)).isFalse();
        assertThat(key.limits()).extracting(Limit::kind).containsExactlyInAnyOrder(Limit.Kind.TOTAL_TOKENS,
                Limit.Kind.CONCURRENT_REQUESTS, Limit.Kind.REQUESTS_PER_MINUTE);
        assertThat(key.budgets()).extracting(Budget::amount).containsExactlyInAnyOrder(BigDecimal.TEN,
                new BigDecimal("100.5"));
        assertThat(key.recording()).isEqualTo(KeyRecord.Recording.BOTH);
        assertThat(key.engineTerms()).as("each aspect from the nearest node that says something")
                .isEqualTo(new EngineTerms(-3, EngineTerms.PrefixCache.KEY, Duration.ofSeconds(45),
                        EngineTerms.CallClass.BATCH, 7));
        assertThat(key.cached()).as("said by the organisation, not unsaid by the department").isTrue();
        assertThat(key.expiresAt()).isEqualTo(Instant.parse("2026-11-21T12:00:00Z"));
    }

    @Test
    void nothingIsKeptUntilModelAndPolicySaySo() {
        Project project = box.project("Research", "Search");
        PublicModel model = box.model("small");
        String secret = box.key(project, "ci").secret();
        assertThat(kept()).isEqualTo(CacheTerms.OFF);
        assertThat(box.credential(secret).key().cached()).isFalse();

        box.governance.policies().create(ALICE, new PolicyDraft(ScopeReference.department(project.departmentId()), null,
                null, null, null, true)).made();
        ModelCache cache = new ModelCache(60, 2048, CacheTerms.Sharing.PROJECT, true);
        PublicModel changed = box.governance.models().update(ALICE, model.id(), null,
                to(draft -> new ModelDraft(draft.name(), draft.tokenizer(), draft.contextTokens(),
                        draft.maxOutputTokens(), draft.surfaces(), draft.targets(), draft.route(), cache)))
                .made();
        assertThat(changed.cache()).isEqualTo(cache);
        assertThat(kept()).isEqualTo(
                new CacheTerms(true, Duration.ofMinutes(1), 2048, CacheTerms.Sharing.PROJECT, true));
        assertThat(box.credential(secret).key().cached()).isTrue();

        box.governance.policies().create(ALICE, new PolicyDraft(new ScopeReference(Scope.Type.PROJECT, project.id()),
                null, null, null, null, false)).made();
        box.governance.models().update(ALICE, model.id(), null,
                to(draft -> new ModelDraft(draft.name(), draft.tokenizer(), draft.contextTokens(),
                        draft.maxOutputTokens(), draft.surfaces(), draft.targets())))
                .made();
        assertThat(box.credential(secret).key().cached()).as("the nearer node decides").isFalse();
        assertThat(kept()).isEqualTo(CacheTerms.OFF);
    }

    private CacheTerms kept() {
        return Objects.requireNonNull(box.snapshot().models().get("small")).cache();
    }

    @Test
    void secretIsStoredNowhereInTheClear() {
        IssuedKey issued = box.key(box.project("Research", "Search"), "ci");
        String secretPart = issued.secret().substring(13);
        assertThat(box.trail.records.toString()).doesNotContain(secretPart);
        assertThat(issued.toString()).doesNotContain(secretPart);
        byte[] hash = box.fresh.database().jdbi().withHandle(
                handle -> handle.createQuery("SELECT secret_hash FROM api_key_secret").mapTo(byte[].class).one());
        assertThat(hash).hasSize(32);
    }

    @Test
    void rotatedKeyKeepsItsOldSecretForTheOverlapOnly() {
        IssuedKey first = box.key(box.project("Research", "Search"), "ci");
        IssuedKey second = box.governance.keys().rotate(ALICE, first.key().id(), null, Duration.ofHours(2), null)
                .made();
        assertThat(second.key().id()).isEqualTo(first.key().id());
        assertThat(second.key().previousPublicId()).isEqualTo(first.key().publicId());
        assertThat(box.credential(second.secret()).validUntil()).isNull();
        assertThat(box.credential(first.secret()).validUntil())
                .isEqualTo(box.clock.instant().plus(Duration.ofHours(2)));

        box.clock.advance(Duration.ofHours(3));
        Key later = box.governance.keys().noun().find(first.key().id()).orElseThrow();
        assertThat(later.previousPublicId()).isNull();

        IssuedKey third = box.governance.keys().rotate(ALICE, first.key().id(), null, null, null).made();
        assertThat(third.key().previousValidUntil()).isEqualTo(box.clock.instant().plus(Duration.ofHours(24)));
        assertThat(box.verifier().find(box.snapshot(), first.secret())).isEmpty();
    }

    @Test
    void overlapBeyondThirtyDaysIsRefused() {
        IssuedKey issued = box.key(box.project("Research", "Search"), "ci");
        Refusal refusal = refusal(
                box.governance.keys().rotate(ALICE, issued.key().id(), null, Duration.ofDays(31), null));
        assertThat(refusal.message()).contains("overlapSeconds");
    }

    @Test
    void lostAnswerAskedForAgainGivesTheSameKey() {
        Project project = box.project("Research", "Search");
        NewKeyDraft draft = NewKeyDraft.of(KeyDraft.named(project.id(), "ci"));
        IssuedKey first = box.governance.keys().create(ALICE, draft, "attempt-1").made();
        IssuedKey again = box.governance.keys().create(ALICE, draft, "attempt-1").made();
        assertThat(again.secret()).isEqualTo(first.secret());
        assertThat(again.key()).isEqualTo(first.key());
        assertThat(refusal(box.governance.keys().create(ALICE, NewKeyDraft.of(KeyDraft.named(project.id(), "other")),
                "attempt-1"))).isInstanceOf(Refusal.Conflict.class);

        IssuedKey rotated = box.governance.keys().rotate(ALICE, first.key().id(), null, null, "attempt-2").made();
        assertThat(box.governance.keys().rotate(ALICE, first.key().id(), null, null, "attempt-2").made().secret())
                .isEqualTo(rotated.secret());

        box.clock.advance(Duration.ofHours(25));
        assertThat(refusal(box.governance.keys().create(ALICE, draft, "attempt-1")).message()).contains("already has");
    }

    @Test
    void revokedIsFinal() {
        IssuedKey issued = box.key(box.project("Research", "Search"), "ci");
        UUID id = issued.key().id();
        box.governance.keys().disable(ALICE, id, null).made();
        assertThat(box.credential(issued.secret()).key().state()).isEqualTo(KeyRecord.State.DISABLED);
        box.governance.keys().enable(ALICE, id, null).made();
        assertThat(box.credential(issued.secret()).key().state()).isEqualTo(KeyRecord.State.ACTIVE);
        box.governance.keys().revoke(ALICE, id, null).made();
        assertThat(box.credential(issued.secret()).key().state()).isEqualTo(KeyRecord.State.REVOKED);
        assertThat(refusal(box.governance.keys().enable(ALICE, id, null)).message()).contains("final");
        assertThat(refusal(box.governance.keys().rotate(ALICE, id, null, null, null)).message()).contains("final");
        assertThat(box.key(project("Search"), "ci").key().name()).isEqualTo("ci");
        box.governance.keys().noun().delete(ALICE, id, null, false).made();
        assertThat(box.verifier().find(box.snapshot(), issued.secret())).isEmpty();
    }

    private Project project(String name) {
        return box.governance.projects().all().stream().filter(project -> project.name().equals(name)).findFirst()
                .orElseThrow();
    }

    @Test
    void changeOfAStaleVersionIsRefused() {
        Department department = box.governance.departments().create(ALICE, DepartmentDraft.named("Research")).made();
        box.governance.departments().update(ALICE, department.id(), 1L,
                to(draft -> new DepartmentDraft("Science", draft.description()))).made();
        Refusal refusal = refusal(box.governance.departments().update(ALICE, department.id(), 1L,
                to(draft -> new DepartmentDraft("Lab", draft.description()))));
        assertThat(refusal).isInstanceOf(Refusal.Stale.class);
        assertThat(box.governance.departments().find(department.id()).orElseThrow().name()).isEqualTo("Science");
    }

    @Test
    void changeThatChangesNothingLeavesNoTrace() {
        Department department = box.governance.departments().create(ALICE, DepartmentDraft.named("Research")).made();
        int before = box.trail.records.size();
        long revision = box.snapshot().revision();
        Department same = box.governance.departments().update(ALICE, department.id(), null, to(draft -> draft)).made();
        assertThat(same).isEqualTo(department);
        assertThat(box.trail.records).hasSize(before);
        assertThat(box.snapshot().revision()).isEqualTo(revision);
    }

    @Test
    void everyChangeIsRecordedWithBeforeAndAfter() {
        Department department = box.governance.departments().create(ALICE, DepartmentDraft.named("Research")).made();
        box.governance.departments().update(ALICE, department.id(), null, to(draft -> new DepartmentDraft("Lab", "x")))
                .made();
        box.governance.departments().delete(ALICE, department.id(), null, false).made();
        assertThat(box.trail.actions()).containsExactly("settings.create", "departments.create", "departments.update",
                "departments.delete");
        AdminRecord update = box.trail.records.get(2);
        assertThat(update.actor()).isEqualTo("token:alice");
        assertThat(update.address()).isEqualTo("127.0.0.1");
        assertThat(update.requestId()).isEqualTo("request-1");
        assertThat(update.objectId()).isEqualTo(department.id().toString());
        assertThat(update.before()).contains("\"name\":\"Research\"");
        assertThat(update.after()).contains("\"name\":\"Lab\"");
        assertThat(box.trail.records.get(3).after()).isNull();
    }

    @Test
    void changeWhoseTrailFailedIsRecordedAtTheNextStart() {
        box.trail.broken = true;
        box.governance.departments().create(ALICE, DepartmentDraft.named("Research")).made();
        assertThat(box.trail.actions()).doesNotContain("departments.create");
        box.governance.close();
        box.trail.broken = false;
        box.reopen();
        assertThat(box.trail.actions()).containsExactly("settings.create", "departments.create");
        box.reopen();
        assertThat(box.trail.actions()).hasSize(2);
    }

    @Test
    void changeThatTheTrailTookWithoutSayingSoIsNotRecordedTwice() {
        box.trail.brokenAfterwards = true;
        box.governance.departments().create(ALICE, DepartmentDraft.named("Research")).made();
        box.governance.close();
        box.trail.brokenAfterwards = false;
        box.reopen();
        assertThat(box.trail.actions()).containsExactly("settings.create", "departments.create");
        assertThat(waiting()).isZero();
    }

    private long waiting() {
        return box.fresh.database().jdbi().withHandle(
                handle -> handle.createQuery("SELECT COUNT(*) FROM admin_outbox").mapTo(Long.class).one());
    }

    @Test
    void departmentWithProjectsGoesOnlyWithAllOfIt() {
        Project project = box.project("Research", "Search");
        IssuedKey issued = box.key(project, "ci");
        box.governance.limits().create(ALICE,
                new LimitDraft(ScopeReference.key(issued.key().id()), Limit.Kind.TOTAL_TOKENS, 5)).made();
        Refusal refusal = refusal(box.governance.departments().delete(ALICE, project.departmentId(), null, false));
        assertThat(refusal.message()).contains("Research").contains("1 project").contains("cascade");
        box.governance.departments().delete(ALICE, project.departmentId(), null, true).made();
        assertThat(box.governance.projects().all()).isEmpty();
        assertThat(box.governance.limits().all()).isEmpty();
        assertThat(box.snapshot().credentials()).isEmpty();
        assertThat(box.trail.actions()).contains("limits.delete", "keys.delete", "projects.delete",
                "departments.delete");
    }

    @Test
    void takenNamesAndMissingPartsAreNamed() {
        Project project = box.project("Research", "Search");
        assertThat(refusal(box.governance.departments().create(ALICE, DepartmentDraft.named("Research"))))
                .isInstanceOf(Refusal.Conflict.class);
        UUID nobody = UUID.randomUUID();
        assertThat(refusal(box.governance.projects().create(ALICE, ProjectDraft.named(nobody, "X")))).isEqualTo(
                new Refusal.Invalid(List.of(new FieldError("departmentId", "names no department: " + nobody))));
        assertThat(refusal(box.governance.projects().create(ALICE,
                ProjectDraft.named(project.departmentId(), "Search")))).isInstanceOf(Refusal.Conflict.class);
    }

    @Test
    void modelThatAKeyNamesStays() {
        PublicModel model = box.model("small");
        Project project = box.project("Research", "Search");
        box.governance.keys().create(ALICE, new NewKeyDraft(project.id(), "ci", null, List.of("small"),
                KeyDraft.EVERYTHING, List.of(), null, List.of(), List.of()), null).made();
        assertThat(refusal(box.governance.models().delete(ALICE, model.id(), null, false)).message())
                .contains("1 key");
        assertThat(refusal(box.governance.upstreams().delete(ALICE, model.targets().getFirst().upstreamId(), null,
                false)).message()).contains("1 model");
    }

    @Test
    void apiKeyOfAnUpstreamIsSealedAndKeptUnlessChanged() {
        PublicModel model = box.model("small");
        UUID id = model.targets().getFirst().upstreamId();
        assertThat(apiKey("small")).isEqualTo("sk-secret");
        box.governance.upstreams().update(ALICE, id, null, to(UpstreamDraft::onPrivateAddress)).made();
        assertThat(apiKey("small")).isEqualTo("sk-secret");
        assertThat(box.trail.records.toString()).doesNotContain("sk-secret");
        box.governance.upstreams().update(ALICE, id, null, to(draft -> draft.withApiKey(null))).made();
        assertThat(apiKey("small")).isNull();
    }

    private @Nullable String apiKey(String model) {
        ModelRoute route = box.snapshot().model(model).orElseThrow();
        return route.targets().getFirst().upstream().apiKey();
    }

    @Test
    void pricesAreExactWarnAboutSlipsAndDoNotOverlap() {
        PublicModel model = box.model("small");
        PriceEntry price = box.governance.prices()
                .create(ALICE, PriceDraft.perMillion(model.id(), new BigDecimal("0.15"), new BigDecimal("0.60")))
                .made();
        assertThat(price.warning()).isNull();
        assertThat(box.snapshot().prices().priceOf("small", "at-small", box.clock.instant()).orElseThrow()
                .outputPerMillion()).isEqualTo(new BigDecimal("0.6"));
        assertThat(refusal(box.governance.prices().create(ALICE,
                PriceDraft.perMillion(model.id(), BigDecimal.ONE, BigDecimal.ONE))))
                .isInstanceOf(Refusal.Conflict.class);
        PriceEntry slip = box.governance.prices().create(ALICE, new PriceDraft(model.id(), null,
                Instant.parse("2027-01-01T00:00:00Z"), "USD", new BigDecimal("0.00000015"), null, null, null, null,
                null, null, null, null, null, null, null)).made();
        assertThat(slip.warning()).contains("1,000,000");
        assertThat(refusal(box.governance.prices().create(ALICE, new PriceDraft(model.id(), null,
                Instant.parse("2028-01-01T00:00:00Z"), "EUR", BigDecimal.ONE, null, null, null, null, null, null,
                null, null, null, null, null))).message()).contains("USD");
        assertThat(refusal(box.governance.settings().update(ALICE, box.governance.currentSettings().id(), null,
                to(draft -> draft.countedIn("EUR")))).message())
                .contains("2 price");
    }

    @Test
    void listsComeInPiecesAndNarrowed() {
        Project project = box.project("Research", "Search");
        for (int i = 0; i < 5; i++) {
            box.key(project, "key-" + i);
        }
        Page<Key> first = box.governance.keys().noun().list(Map.of("project", project.id()), null, 3);
        Page<Key> second = box.governance.keys().noun().list(Map.of("project", project.id()), first.next(), 3);
        assertThat(first.items()).extracting(Key::name).containsExactly("key-0", "key-1", "key-2");
        assertThat(second.items()).extracting(Key::name).containsExactly("key-3", "key-4");
        assertThat(second.next()).isNull();
        assertThat(box.governance.keys().noun().list(Map.of("name", "key-4"), null, 10).items()).hasSize(1);
        assertThat(box.governance.keys().noun().list(Map.of("name", "' OR '1'='1"), null, 10).items()).isEmpty();
    }

    @Test
    void anotherBoxOnTheSameStoreNoticesWithinSeconds() throws InterruptedException {
        try (Governance other = Governance.open(box.fresh.database(), box.secrets, box.trail, box.clock,
                new Ids(), new SecureRandom())) {
            IssuedKey issued = box.key(box.project("Research", "Search"), "ci");
            long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
            while (box.verifier().find(other.snapshots().current(), issued.secret()).isEmpty()) {
                assertThat(System.nanoTime()).isLessThan(deadline);
                Thread.sleep(20);
            }
        }
    }

    @Test
    void changesOfTwoBoxesQueueUp() throws InterruptedException, ExecutionException {
        try (Governance other = Governance.open(box.fresh.database(), box.secrets, box.trail, box.clock, new Ids(),
                new SecureRandom()); ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Boolean>> tasks = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                Governance governance = i % 2 == 0 ? box.governance : other;
                String name = "d" + i / 4;
                tasks.add(() -> governance.departments().create(ALICE,
                        DepartmentDraft.named(name)) instanceof Change.Made<Department>);
            }
            int made = 0;
            for (Future<Boolean> one : threads.invokeAll(tasks)) {
                made += one.get() ? 1 : 0;
            }
            assertThat(made).isEqualTo(10);
            assertThat(box.governance.departments().all()).hasSize(10);
            assertThat(box.trail.actions()).filteredOn("departments.create"::equals).hasSize(10);
        }
    }

    @Test
    void namesAreComposedAndMayBeOfAnyScript() {
        Department department = box.governance.departments().create(ALICE, DepartmentDraft.named("研究 Cafe\u0301 🚀"))
                .made();
        assertThat(department.name()).isEqualTo("研究 Café 🚀");
        for (String bad : List.of("", " x", "a\r\nb", "a\0b", "a/b", "\u202Eevil", "\uD800")) {
            assertThat(refusal(box.governance.departments().create(ALICE, DepartmentDraft.named(bad))))
                    .isInstanceOf(Refusal.Invalid.class);
        }
        String sql = "'; DROP TABLE department; --";
        assertThat(box.governance.departments().create(ALICE, DepartmentDraft.named(sql)).made().name())
                .isEqualTo(sql);
    }

    @Test
    void openedUpRefusedChangeThrows() {
        assertThatThrownBy(() -> box.governance.departments().create(ALICE, DepartmentDraft.named("")).made())
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("name");
    }
}
