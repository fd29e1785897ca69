package org.gatehouse.governance;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.governance.RouteRules.SplitArm;
import org.gatehouse.governance.RouteRules.TrafficSplit;
import org.gatehouse.governance.UpstreamDraft.ProviderKey;
import org.gatehouse.governance.form.FieldError;
import org.gatehouse.governance.snapshot.Budget;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.RouteTerms;
import org.gatehouse.governance.snapshot.Split;
import org.gatehouse.governance.snapshot.TargetTerms;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.store.Databases;
import org.gatehouse.store.SecretPlace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gatehouse.governance.Box.ALICE;
import static org.gatehouse.governance.Box.refusal;
import static org.gatehouse.governance.Box.to;

/** Routes, their targets, and the keys of providers: stored, in force, refused where they contradict themselves. */
@ParameterizedClass
@EnumSource(Databases.class)
final class RoutesIT {
    private static final TrafficSplit CANARY = new TrafficSplit("canary", Split.Subject.KEY,
            List.of(new SplitArm("control", 95, List.of("stable")), new SplitArm("new", 5, List.of("candidate"))));
    private final Databases kind;
    private Box box;
    private UUID first;
    private UUID second;

    RoutesIT(Databases kind) {
        this.kind = kind;
    }

    @BeforeEach
    void open(@TempDir Path directory) {
        box = new Box(kind.fresh(directory), directory);
        first = upstream(UpstreamDraft.commercial("first", "https://one.example.com/v1", "sk-one")).id();
        second = upstream(UpstreamDraft.commercial("second", "https://two.example.com/v1", null)).id();
    }

    @AfterEach
    void close() {
        box.close();
    }

    private UpstreamServer upstream(UpstreamDraft draft) {
        return box.governance.upstreams().create(ALICE, draft).made();
    }

    private ModelDraft draft(@Nullable RouteRules rules, ModelDraft.Target... targets) {
        return new ModelDraft("writer", ModelRoute.Tokenizer.UNKNOWN, 8_000, 1_000, KeyDraft.EVERYTHING,
                List.of(targets), rules, null);
    }

    private ModelDraft.Target stable() {
        return new ModelDraft.Target(first, "m-1", 3, "stable", 0, new Abilities(32_000, true, false, true, true), "eu",
                70, 2);
    }

    private ModelDraft.Target candidate() {
        return new ModelDraft.Target(second, "m-2", 1).named("candidate", 0);
    }

    private PublicModel split() {
        return box.governance.models()
                .create(ALICE, draft(RouteRules.DEFAULT.with(CANARY), stable(), candidate())).made();
    }

    private List<String> refused(ModelDraft draft) {
        return ((Refusal.Invalid) refusal(box.governance.models().create(ALICE, draft))).errors().stream()
                .map(error -> error.field() + " " + error.message()).toList();
    }

    @Test
    void routeIsInForceAsItWasSaid() {
        RouteRules rules = new RouteRules(RouteTerms.Strategy.CHEAPEST, RouteTerms.Strategy.LOWEST_LATENCY,
                new RouteRules.Stickiness(RouteTerms.Stickiness.Mode.PREFIX, 60, true),
                new RouteRules.Retries(5, 0, 1, 2, 300, 4, 6, true), new RouteRules.Residency(false, List.of("eu")),
                new RouteRules.Overflow(true, 9, 3, 90, 50), new RouteRules.Complexity(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
                CANARY);
        PublicModel made = box.governance.models().create(ALICE, draft(rules, stable(), candidate())).made();

        ModelRoute route = box.snapshot().model("writer").orElseThrow();

        assertThat(made.route()).isEqualTo(rules);
        assertThat(route.targets().getFirst().terms()).isEqualTo(
                new TargetTerms(0, new TargetTerms.Abilities(32_000, true, false, true, true), "eu", 70, 2));
        assertThat(route.targets().get(1).terms()).isEqualTo(TargetTerms.DEFAULT);
        assertThat(route.terms().strategy()).isEqualTo(RouteTerms.Strategy.CHEAPEST);
        assertThat(route.terms().retries().firstByteWithin()).hasMillis(300);
        assertThat(route.terms().residency().regions()).containsExactly("eu");
        assertThat(route.terms().overflow().waitingHigh()).isEqualTo(9);
        assertThat(route.terms().complexity().perThousandOutputTokens()).isEqualTo(10);
        Split inForce = java.util.Objects.requireNonNull(route.terms().split());
        assertThat(inForce.arms().get(1).targets()).containsExactly(made.targets().get(1).id());
    }

    @Test
    void modelThatSaysNothingOfItsRouteHasWhatIsUsual() {
        box.model("small");
        assertThat(box.snapshot().model("small").orElseThrow().terms()).isEqualTo(RouteTerms.DEFAULT);
        assertThat(box.governance.models().all().getFirst().route()).isNull();
    }

    @Test
    void targetStaysTheSameOneAsLongAsItsUpstreamAndModelDo() {
        PublicModel made = split();
        UUID stable = made.targets().getFirst().id();

        PublicModel changed = box.governance.models().update(ALICE, made.id(), null,
                to(draft -> draft
                        .withTargets(List.of(candidate(), new ModelDraft.Target(first, "m-1", 9).named("stable", 1),
                                new ModelDraft.Target(first, "m-3", 1)))))
                .made();

        assertThat(changed.targets()).extracting(PublicModel.Target::id)
                .startsWith(made.targets().get(1).id(), stable).doesNotHaveDuplicates().hasSize(3);
        assertThat(box.snapshot().model("writer").orElseThrow().targets().get(1).id()).isEqualTo(stable);
    }

    @Test
    void whatContradictsItselfIsRefusedWithTheMember() {
        assertThat(refused(draft(null, new ModelDraft.Target(first, "m", 0), new ModelDraft.Target(second, "m", 0))))
                .singleElement().asString().contains("targets").contains("sum to nothing");
        assertThat(refused(draft(null, new ModelDraft.Target(UUID.randomUUID(), "m", 1)))).singleElement().asString()
                .contains("targets[0].upstreamId").contains("names no upstream");
        assertThat(refused(draft(null, stable().named("a", 1), candidate().named("b", 2)))).singleElement().asString()
                .contains("fallbacks all of them");
        assertThat(refused(draft(null, stable().named("a", 0), candidate().named("a", 0)))).singleElement().asString()
                .contains("targets[1].name");
        assertThat(refused(draft(RouteRules.DEFAULT.with(arms(new SplitArm("a", 0, List.of("stable")),
                new SplitArm("b", 0, List.of("candidate")))), stable(), candidate()))).singleElement().asString()
                .contains("route.split.arms").contains("sum to nothing");
        assertThat(refused(draft(RouteRules.DEFAULT.with(arms(new SplitArm("a", 1, List.of("stable")),
                new SplitArm("b", 1, List.of("nobody")))), stable(), candidate()))).singleElement().asString()
                .contains("route.split.arms[1].targets[0]").contains("known are stable, candidate");
        assertThat(refused(draft(RouteRules.DEFAULT.with(arms(new SplitArm("a", 1, List.of("stable")),
                new SplitArm("b", 1, List.of("candidate", "stable")))), stable(), candidate()))).singleElement()
                .asString().contains("route.split.arms[1].targets[1]").contains("another arm");
        assertThat(refused(draft(RouteRules.DEFAULT.with(arms(new SplitArm("a", 1, List.of("stable")))), stable(),
                candidate()))).singleElement().asString().contains("route.split.arms").contains("2 to 16");
        assertThat(refused(draft(new RouteRules(RouteTerms.Strategy.WEIGHTED, null, null, null, null,
                new RouteRules.Overflow(true, 4, 4, 95, 80), null, null), stable()))).singleElement().asString()
                .contains("route.overflow.waitingLow");
        assertThat(box.governance.models().all()).isEmpty();
    }

    private static TrafficSplit arms(SplitArm... arms) {
        return new TrafficSplit("canary", Split.Subject.KEY, List.of(arms));
    }

    @Test
    void targetOfAnArmCannotBeTakenAwayUnderIt() {
        PublicModel made = split();
        assertThat(refusal(box.governance.models().update(ALICE, made.id(), null,
                to(draft -> draft.withTargets(List.of(stable()))))).message()).contains("names no target");
    }

    @Test
    void withoutItsUpstreamASplitEndsAndTheFallbackMovesUp() {
        ModelDraft both = draft(RouteRules.DEFAULT.with(CANARY), stable(), candidate().named("candidate", 2));
        ModelDraft left = both.withoutTargetsAt(Set.of(first));
        assertThat(left.targets()).extracting(ModelDraft.Target::tier).containsExactly(0);
        assertThat(left.route()).isEqualTo(RouteRules.DEFAULT);
        assertThat(both.withoutTargetsAt(Set.of()).route()).isEqualTo(both.route());
    }

    @Test
    void promotionAndRollbackMoveAllSubjectsAndAreInTheTrail() {
        PublicModel made = split();

        box.governance.splits().promote(ALICE, made.id(), made.version(), "new").made();
        assertThat(shares()).containsExactly(0, 100);
        assertThat(refusal(box.governance.splits().promote(ALICE, made.id(), null, "nobody")).message())
                .contains("control, new");
        assertThat(refusal(box.governance.splits().rollBack(ALICE, made.id(), made.version())))
                .isInstanceOf(Refusal.Stale.class);
        box.governance.splits().rollBack(ALICE, made.id(), null).made();

        assertThat(shares()).containsExactly(100, 0);
        assertThat(box.trail.actions()).endsWith("models.promote", "models.rollback");
        assertThat(refusal(box.governance.splits().rollBack(ALICE, box.model("plain").id(), null)).message())
                .contains("has no split");
    }

    private List<Integer> shares() {
        return java.util.Objects.requireNonNull(box.snapshot().model("writer").orElseThrow().terms().split()).arms()
                .stream().map(Split.Arm::share).toList();
    }

    @Test
    void targetWithoutPriceIsWarnedOfWhereSomebodyCountsOnOne() {
        RouteRules cheapest = RouteRules.of(RouteTerms.Strategy.CHEAPEST);
        PublicModel made = box.governance.models().create(ALICE, draft(cheapest, stable(), candidate())).made();
        assertThat(made.warnings()).singleElement().asString().contains("by price").contains("first, second");

        box.governance.prices().create(ALICE, PriceDraft.perMillion(made.id(), BigDecimal.ONE, BigDecimal.ONE)).made();
        assertThat(warnings(made.id())).isEmpty();

        PublicModel free = box.model("free");
        assertThat(free.warnings()).isEmpty();
        Project project = box.project("Research", "Search");
        box.key(project, "ci");
        box.governance.budgets().create(ALICE,
                BudgetDraft.hard(ScopeReference.project(project.id()), Budget.Period.DAY, BigDecimal.TEN)).made();
        assertThat(warnings(free.id())).singleElement().asString().contains("budget").contains("at-free");
        assertThat(warnings(made.id())).isEmpty();
    }

    private List<String> warnings(UUID model) {
        return box.governance.models().find(model).orElseThrow().warnings();
    }

    @Test
    void severalKeysAreKeptReplacedAndTakenAwayByTheirNames() {
        UpstreamServer made = upstream(UpstreamDraft.commercial("pool", "https://pool.example.com/v1", null)
                .withKeys(List.of(new ProviderKey("a", "one", "sk-a"), new ProviderKey("b", "one", "sk-b"))));
        assertThat(keys(made.id())).containsExactly("a/one/sk-a", "b/one/sk-b");
        assertThat(made.apiKeySet()).isTrue();

        change(made.id(), List.of(new ProviderKey("b", "two", null), new ProviderKey("c", "main", "sk-c")));
        assertThat(keys(made.id())).containsExactly("b/two/sk-b", "c/main/sk-c");

        box.governance.upstreams().update(ALICE, made.id(), null, to(draft -> draft.withApiKey("sk-m"))).made();
        assertThat(keys(made.id())).containsExactly("main/main/sk-m", "b/two/sk-b", "c/main/sk-c");
        box.governance.upstreams().update(ALICE, made.id(), null, to(draft -> draft.in("eu", Map.of()))).made();
        assertThat(keys(made.id())).hasSize(3);
        box.governance.upstreams().update(ALICE, made.id(), null, to(draft -> draft.withApiKey(null))).made();
        assertThat(keys(made.id())).containsExactly("b/two/sk-b", "c/main/sk-c");
        assertThat(box.trail.records.toString()).doesNotContain("sk-");

        assertThat(fields(box.governance.upstreams().update(ALICE, made.id(), null,
                to(draft -> draft.withKeys(List.of(new ProviderKey("d", "main", null)))))))
                .containsExactly("keys[0]");
        assertThat(fields(box.governance.upstreams().update(ALICE, made.id(), null, to(draft -> draft
                .withKeys(List.of(new ProviderKey("b", "main", "x"), new ProviderKey("b", "main", "y")))))))
                .containsExactly("keys[1]");
    }

    private void change(UUID upstream, List<ProviderKey> keys) {
        box.governance.upstreams().update(ALICE, upstream, null, to(draft -> draft.withKeys(keys))).made();
    }

    private List<String> keys(UUID upstream) {
        return box.governance.upstream(upstream).orElseThrow().keys().stream()
                .map(key -> key.name() + "/" + key.account() + "/" + key.secret()).toList();
    }

    private static List<String> fields(Change<?> change) {
        return ((Refusal.Invalid) refusal(change)).errors().stream().map(FieldError::field).toList();
    }

    @Test
    void keyFromTheTimeOfOneKeyIsOpenedAndReplacedWhereItIs() {
        byte[] sealed = box.secrets.sealText(new SecretPlace("upstream", second.toString(), "sealed_api_key"),
                "sk-old");
        box.fresh.database().jdbi().useTransaction(handle -> handle.createUpdate("""
                INSERT INTO upstream_key (id, upstream_id, key_order, name, account, sealed_secret)
                VALUES (:id, :id, 0, 'main', 'main', :sealed)
                """).bind("id", second).bind("sealed", sealed).execute());
        assertThat(keys(second)).containsExactly("main/main/sk-old");

        box.governance.upstreams().update(ALICE, second, null, to(draft -> draft.withApiKey("sk-new"))).made();

        assertThat(keys(second)).containsExactly("main/main/sk-new");
    }

    @Test
    void kindThatCannotWorkAsItIsSaidIsRefused() {
        for (Upstream.Kind kind : List.of(Upstream.Kind.OPENAI, Upstream.Kind.AZURE_OPENAI, Upstream.Kind.ANTHROPIC,
                Upstream.Kind.GEMINI, Upstream.Kind.DASHSCOPE, Upstream.Kind.DEEPSEEK, Upstream.Kind.MISTRAL,
                Upstream.Kind.COHERE)) {
            assertThat(fields(box.governance.upstreams().create(ALICE, provider(kind, null, Map.of()))))
                    .as(kind.id()).containsExactly("apiKey");
        }
        assertThat(fields(create(provider(Upstream.Kind.VERTEX, "{\n}", Map.of("zone", "x")))))
                .containsExactly("options.project", "options.location", "options.zone");
        assertThat(fields(create(provider(Upstream.Kind.BEDROCK, "AK:secret", Map.of()))))
                .containsExactly("options.region");
        assertThat(fields(create(provider(Upstream.Kind.ANTHROPIC, "sk", Map.of("protocols", "openai_chat")))))
                .containsExactly("options.protocols");
        assertThat(fields(create(provider(Upstream.Kind.OPENAI, "sk", Map.of("protocols", "openai_chat,gemini")))))
                .containsExactly("options.protocols");
        assertThat(fields(create(provider(Upstream.Kind.OPENAI, "s k", Map.of())))).containsExactly("apiKey");

        UpstreamServer bedrock = create(provider(Upstream.Kind.BEDROCK, "AK:secret", Map.of("region", "eu-west-1")))
                .made();
        assertThat(box.governance.upstream(bedrock.id()).orElseThrow().region()).isEqualTo("eu-west-1");
        create(provider(Upstream.Kind.VERTEX, "{\n  \"type\": \"service_account\"\n}",
                Map.of("project", "p", "location", "global"))).made();
        create(provider(Upstream.Kind.VLLM, null, Map.of("protocols", "openai_chat, anthropic_messages"))).made();
    }

    private Change<UpstreamServer> create(UpstreamDraft draft) {
        return box.governance.upstreams().create(ALICE, draft);
    }

    private static UpstreamDraft provider(Upstream.Kind kind, @Nullable String key, Map<String, String> options) {
        return UpstreamDraft.commercial("p-" + kind.id(), "https://api.example.com/v1", key).of(kind).in(null, options);
    }
}
