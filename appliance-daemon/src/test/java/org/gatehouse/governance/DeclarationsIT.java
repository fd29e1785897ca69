package org.gatehouse.governance;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.form.Reading;
import org.gatehouse.governance.snapshot.Budget;
import org.gatehouse.governance.snapshot.EngineTerms;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gatehouse.governance.Box.ALICE;
import static org.gatehouse.governance.Box.refusal;

@ParameterizedClass
@EnumSource(Databases.class)
final class DeclarationsIT {
    private final Databases kind;
    private Box box;

    DeclarationsIT(Databases kind) {
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
    void exportAppliedToAnEmptyBoxGivesTheSameExport(@TempDir Path directory) {
        furnish();
        Declaration export = box.governance.declarations().export();
        try (Box empty = new Box(kind.fresh(directory), directory)) {
            DeclarationReport report = empty.governance.declarations().apply(ALICE, export, false, false).made();
            assertThat(empty.governance.declarations().export()).isEqualTo(export);
            assertThat(report.secrets()).isEmpty();
            DeclarationReport again = empty.governance.declarations().apply(ALICE, export, false, true).made();
            assertThat(again.created() + again.updated() + again.deleted()).isZero();
            assertThat(empty.snapshot().credentials()).containsOnlyKeys(
                    box.governance.keys().noun().all().stream().filter(Key::live).map(Key::publicId).toList());
        }
    }

    @Test
    void exportSurvivesYamlAndHoldsNoSecret() {
        IssuedKey issued = furnish();
        Declaration export = box.governance.declarations().export();
        String yaml = Json.yaml(Json.tree(export));
        assertThat(yaml).doesNotContain(issued.secret().substring(13)).doesNotContain("sk-secret");
        JsonNode tree = ((Reading.Whole<JsonNode>) Json
                .parseYaml(yaml.getBytes(java.nio.charset.StandardCharsets.UTF_8))).value();
        assertThat(Json.read(tree, Declaration.class)).isEqualTo(new Reading.Whole<>(export));
    }

    @Test
    void dryRunSaysWhatWouldChangeAndChangesNothing() {
        furnish();
        Declaration before = box.governance.declarations().export();
        int recorded = box.trail.records.size();
        long revision = box.snapshot().revision();
        DeclarationReport report = apply("""
                apiVersion: gatehouse/v1
                departments:
                  - name: Research
                    description: new words
                  - name: Sales
                """, true, false);
        assertThat(report.applied()).isFalse();
        assertThat(report.created()).isEqualTo(1);
        assertThat(report.updated()).isEqualTo(1);
        assertThat(report.items().getFirst().fields().getFirst().field()).isEqualTo("description");
        assertThat(box.governance.declarations().export()).isEqualTo(before);
        assertThat(box.trail.records).hasSize(recorded);
        assertThat(box.snapshot().revision()).isEqualTo(revision);
    }

    @Test
    void declarationIsAppliedAllOrNothing() {
        Change<DeclarationReport> change = box.governance.declarations().apply(ALICE, read("""
                apiVersion: gatehouse/v1
                departments:
                  - name: Research
                projects:
                  - {department: Research, name: Search}
                  - {department: Nowhere, name: Lost}
                """), false, false);
        assertThat(refusal(change).message()).contains("projects[1].department").contains("Nowhere");
        assertThat(box.governance.departments().all()).isEmpty();
    }

    @Test
    void absentSectionsAreLeftAloneAndPruningDeletesWhatAPresentOneLacks() {
        furnish();
        DeclarationReport kept = apply("{apiVersion: gatehouse/v1, limits: []}", false, false);
        assertThat(kept.deleted()).isZero();
        DeclarationReport pruned = apply("""
                apiVersion: gatehouse/v1
                projects: []
                keys: []
                limits: []
                budgets: []
                policies: []
                """, false, true);
        assertThat(pruned.items()).extracting(DeclarationReport.Item::action)
                .containsOnly(DeclarationReport.Action.DELETE);
        assertThat(box.governance.projects().all()).isEmpty();
        assertThat(box.governance.departments().all()).hasSize(1);
        assertThat(refusal(box.governance.declarations().apply(ALICE,
                read("{apiVersion: gatehouse/v1, upstreams: []}"), false, true)).message()).contains("1 model");
    }

    @Test
    void newKeyWithoutPublicCharactersShowsItsSecretOnce() {
        DeclarationReport report = apply("""
                apiVersion: gatehouse/v1
                departments: [{name: Research}]
                projects: [{department: Research, name: Search}]
                keys:
                  - {department: Research, project: Search, name: ci}
                  - {department: Research, project: Search, name: moved, publicId: "Ab3dEf9h", state: disabled}
                """, false, false);
        assertThat(report.secrets()).hasSize(1);
        assertThat(box.credential(report.secrets().getFirst().secret()).key().name()).isEqualTo("ci");
        assertThat(box.snapshot().credential("Ab3dEf9h").orElseThrow().key().state())
                .isEqualTo(KeyRecord.State.DISABLED);
    }

    @Test
    void apiKeyIsSetWhenGivenAndKeptWhenAbsent() {
        furnish();
        String upstreams = """
                apiVersion: gatehouse/v1
                upstreams: [{name: at-small, baseUrl: "https://api.example.com/v1"%s}]
                """;
        assertThat(apply(String.format(upstreams, ""), false, false).unchanged()).isEqualTo(1);
        assertThat(apply(String.format(upstreams, ", apiKey: sk-secret"), false, false).unchanged()).isEqualTo(1);
        DeclarationReport changed = apply(String.format(upstreams, ", apiKey: sk-other"), false, false);
        assertThat(changed.updated()).isEqualTo(1);
        assertThat(changed.toString()).doesNotContain("sk-other");
        assertThat(box.governance.upstream(box.governance.upstreams().all().getFirst().id()).orElseThrow().apiKey())
                .isEqualTo("sk-other");
    }

    @Test
    void fileWithRoutesAndSeveralKeysIsAppliedOnceAndSurvivesExport(@TempDir Path directory) {
        String file = """
                apiVersion: gatehouse/v1
                upstreams:
                  - name: pool
                    baseUrl: "https://api.example.com/v1"
                    region: eu
                    options: {protocols: openai_chat}
                    keys:
                      - {name: a, account: one, secret: sk-a}
                      - {name: b, secret: %s}
                models:
                  - name: writer
                    targets:
                      - {name: stable, upstream: pool, upstreamModel: m-1, abilities: {vision: false}}
                      - {name: candidate, upstream: pool, upstreamModel: m-2, region: us}
                      - {upstream: pool, upstreamModel: m-3, tier: 1}
                    route:
                      strategy: lowest_latency
                      split:
                        name: canary
                        arms:
                          - {name: control, share: 9, targets: [stable]}
                          - {name: new, share: 1, targets: [candidate]}
                """;
        assertThat(apply(String.format(file, "sk-b"), false, true).created()).isEqualTo(2);
        assertThat(apply(String.format(file, "sk-b"), false, true).unchanged()).isEqualTo(2);
        DeclarationReport other = apply(String.format(file, "sk-c"), false, false);
        assertThat(other.updated()).isEqualTo(1);
        assertThat(other.toString()).doesNotContain("sk-");
        assertThat(box.governance.upstream(box.governance.upstreams().all().getFirst().id()).orElseThrow().keys())
                .extracting(Upstream.ProviderKey::secret).containsExactly("sk-a", "sk-c");

        Declaration export = box.governance.declarations().export();
        assertThat(box.governance.declarations().apply(ALICE, export, false, true).made().updated()).isZero();
        try (Box empty = new Box(kind.fresh(directory), directory)) {
            assertThat(refusal(empty.governance.declarations().apply(ALICE, export, false, false)).message())
                    .contains("upstreams[0].keys[0]");
        }
        assertThat(apply("""
                apiVersion: gatehouse/v1
                upstreams: [{name: pool, baseUrl: "https://api.example.com/v1", region: eu,
                    options: {protocols: openai_chat}}]
                """, false, false).unchanged()).as("keys that are not mentioned stay").isEqualTo(1);
    }

    @Test
    void keysThatAreNamedInsteadOfOneAreTheSameKey() {
        String file = """
                apiVersion: gatehouse/v1
                upstreams: [{name: one, baseUrl: "https://api.example.com/v1", %s}]
                """;
        assertThat(apply(String.format(file, "apiKey: sk-1"), false, false).created()).isEqualTo(1);
        assertThat(apply(String.format(file, "keys: [{name: main, secret: sk-1}]"), false, false).unchanged())
                .isEqualTo(1);
        assertThat(apply(String.format(file, "keys: [{name: main, secret: sk-2}]"), false, false).updated())
                .isEqualTo(1);
        assertThat(apply(String.format(file, "apiKey: sk-2, keys: [{name: more, secret: sk-3}]"), false, false)
                .updated()).isEqualTo(1);
        assertThat(box.governance.upstream(box.governance.upstreams().all().getFirst().id()).orElseThrow().keys())
                .extracting(Upstream.ProviderKey::secret).containsExactly("sk-2", "sk-3");
        assertThat(apply(String.format(file, "apiKey: sk-2, keys: [{name: more, secret: sk-3}]"), false, false)
                .unchanged()).isEqualTo(1);
        assertThat(apply(String.format(file, "keys: [{name: main, secret: sk-2}]"), false, false).updated())
                .isEqualTo(1);
        assertThat(box.governance.upstreams().all().getFirst().keys()).hasSize(1);
    }

    @Test
    void sameThingDeclaredTwiceIsRefused() {
        assertThat(refusal(box.governance.declarations().apply(ALICE,
                read("{apiVersion: gatehouse/v1, departments: [{name: A}, {name: A}]}"), false, false)).message())
                .contains("departments[1]").contains("second time");
    }

    private IssuedKey furnish() {
        Project project = box.project("Research", "Search");
        PublicModel model = box.model("small");
        User ada = box.governance.users().create(ALICE, new UserDraft("Ada", "ada@example.com")).made();
        box.governance.prices().create(ALICE,
                new PriceDraft(model.id(), null, Instant.EPOCH, null, new BigDecimal("0.150"), new BigDecimal("0.6"),
                        new BigDecimal("0.015"), new BigDecimal("0.1875"), new BigDecimal("0.30"),
                        new MediaPrices(new BigDecimal("40"), new BigDecimal("80"), null, null), null, null, null,
                        null, null, null))
                .made();
        IssuedKey issued = box.governance.keys().create(ALICE, new NewKeyDraft(project.id(), "ci", ada.id(),
                List.of("small"), List.of("embeddings", "chat.completions"), List.of("10.0.0.0/8"), null,
                List.of(new NewKeyDraft.OwnLimit(Limit.Kind.TOTAL_TOKENS, 10)), List.of()), null).made();
        IssuedKey revoked = box.key(project, "old");
        box.governance.limits().create(ALICE,
                new LimitDraft(ScopeReference.key(revoked.key().id()), Limit.Kind.TOTAL_TOKENS, 10)).made();
        box.governance.keys().revoke(ALICE, revoked.key().id(), null).made();
        box.governance.keys().disable(ALICE, box.key(project, "idle").key().id(), null).made();
        box.governance.limits().create(ALICE,
                new LimitDraft(ScopeReference.organisation(), Limit.Kind.REQUESTS_PER_MINUTE, 60)).made();
        box.governance.budgets().create(ALICE,
                BudgetDraft.hard(ScopeReference.project(project.id()), Budget.Period.DAY, new BigDecimal("12.50")))
                .made();
        box.governance.policies().create(ALICE, new PolicyDraft(ScopeReference.department(project.departmentId()),
                new Policy.Recording(KeyRecord.Recording.REQUESTS, 7), -10, EngineTerms.PrefixCache.BOX, 3600, null,
                EngineTerms.CallClass.BATCH)).made();
        box.governance.departments().update(ALICE, project.departmentId(), null,
                Box.to(_ -> new DepartmentDraft("Research", "R and D", 42))).made();
        return issued;
    }

    private DeclarationReport apply(String yaml, boolean rehearsal, boolean prune) {
        return box.governance.declarations().apply(ALICE, read(yaml), rehearsal, prune).made();
    }

    private static Declaration read(String yaml) {
        JsonNode tree = ((Reading.Whole<JsonNode>) Json
                .parseYaml(yaml.getBytes(java.nio.charset.StandardCharsets.UTF_8))).value();
        return switch (Json.read((ObjectNode) tree, Declaration.class)) {
            case Reading.Whole<Declaration>(Declaration value) -> value;
            case Reading.Broken<Declaration>(var errors) -> throw new AssertionError(errors);
        };
    }
}
