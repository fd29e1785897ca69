package org.gatehouse.governance;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import org.gatehouse.governance.DeploymentDraft.Adapter;
import org.gatehouse.governance.form.FieldError;
import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.form.Reading;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.store.Databases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.gatehouse.governance.Box.ALICE;
import static org.gatehouse.governance.Box.refusal;
import static org.gatehouse.governance.Box.to;

/** Deployments as a governed noun: what comes and goes with them, and who may object. */
@ParameterizedClass
@EnumSource(Databases.class)
final class DeploymentsIT {
    private static final DeploymentDraft CHAT = DeploymentDraft.of("chat", "chat-large", "/models/chat");

    private final Databases kind;
    private Box box;

    DeploymentsIT(Databases kind) {
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
    void newDeploymentCanBeCalledAtOnceByItsNamesAndIsInTheTrail() {
        Deployment made = create(with(CHAT, "sizing", "contextTokens", 4000).withAdapters(List.of(adapter("legal"))));

        assertThat(box.governance.deployments().find(made.id())).contains(made);
        Upstream upstream = target("chat-large").upstream();
        assertThat(upstream.name()).isEqualTo("chat");
        assertThat(upstream.deployment()).isEqualTo("chat");
        assertThat(upstream.kind()).isEqualTo(Upstream.Kind.VLLM);
        assertThat(upstream.local()).isTrue();
        assertThat(upstream.priorityScheduling()).isTrue();
        ModelRoute route = box.snapshot().model("chat-large").orElseThrow();
        assertThat(route.tokenizer()).isEqualTo(ModelRoute.Tokenizer.ENGINE);
        assertThat(route.contextTokens()).isEqualTo(4000);
        assertThat(route.maxOutputTokens()).isEqualTo(4000);
        assertThat(target("chat-large").upstreamModel()).isEqualTo("chat-large");
        assertThat(target("legal").upstreamModel()).isEqualTo("legal");
        assertThat(target("legal").upstream()).isEqualTo(upstream);
        assertThat(box.trail.actions()).containsExactly("settings.create", "upstreams.create", "models.create",
                "models.create", "deployments.create");
        assertThat(box.trail.records.getLast().after()).contains("\"publicName\":\"chat-large\"");
    }

    @Test
    void engineWithoutPrioritiesIsToldNone() {
        create(with(CHAT, "engine", "llama_cpp"));

        assertThat(target("chat-large").upstream().priorityScheduling()).isFalse();
        assertThat(target("chat-large").upstream().kind()).isEqualTo(Upstream.Kind.LLAMA_CPP);
    }

    @Test
    void changeOfEngineContextAndAdaptersIsFollowedByUpstreamAndModels() {
        ModelDraft.Target elsewhere = elsewhere();
        Deployment made = create(CHAT.withAdapters(List.of(adapter("legal"), adapter("medical"))));
        box.governance.models().update(ALICE, model("medical").id(), null, to(model -> model
                .withTargets(List.of(model.targets().getFirst(), elsewhere)))).made();
        box.governance.models().update(ALICE, model("chat-large").id(), null, to(model -> model.withContext(100)))
                .made();

        Deployment changed = update(made, draft -> with(with(draft, "engine", "sglang"), "sizing", "contextTokens",
                8192).withAdapters(List.of(adapter("fiscal"))));

        assertThat(changed.version()).isEqualTo(2);
        assertThat(target("fiscal").upstream().kind()).isEqualTo(Upstream.Kind.SGLANG);
        assertThat(box.snapshot().model("fiscal").orElseThrow().contextTokens()).isEqualTo(8192);
        assertThat(model("chat-large").contextTokens()).as("changed by hand").isEqualTo(100);
        assertThat(box.snapshot().model("legal")).isEmpty();
        assertThat(model("medical").targets()).extracting(PublicModel.Target::upstream).containsExactly("at-small");
    }

    @Test
    void namesNeverChange() {
        Deployment made = create(CHAT);

        assertThat(fields(box.governance.deployments().update(ALICE, made.id(), null,
                to(draft -> with(with(draft, "name", "other"), "publicName", "other")))))
                .containsExactly("name", "publicName");
    }

    @Test
    void deletedDeploymentTakesWhatOnlyItNeeded() {
        ModelDraft.Target elsewhere = elsewhere();
        Deployment made = create(CHAT.withAdapters(List.of(adapter("legal"))));
        box.governance.models().update(ALICE, model("legal").id(), null,
                to(model -> model.withTargets(List.of(elsewhere, model.targets().getFirst())))).made();

        box.governance.deployments().delete(ALICE, made.id(), null, false).made();

        assertThat(box.governance.deployments().all()).isEmpty();
        assertThat(box.governance.upstreams().all()).extracting(UpstreamServer::name).containsExactly("at-small");
        assertThat(box.snapshot().model("chat-large")).isEmpty();
        assertThat(model("legal").targets()).extracting(PublicModel.Target::upstream).containsExactly("at-small");
        assertThat(box.trail.actions()).endsWith("models.delete", "models.update", "upstreams.delete",
                "deployments.delete");
    }

    @Test
    void pricesAtTheUpstreamGoWithCascadeOnly() {
        Deployment made = create(CHAT);
        PublicModel model = model("chat-large");
        box.governance.prices().create(ALICE, new PriceDraft(model.id(),
                model.targets().getFirst().upstreamId(), Instant.EPOCH, null, BigDecimal.ONE, null, null, null, null,
                null, null, null, null, null, null, null)).made();

        Refusal refusal = refusal(box.governance.deployments().delete(ALICE, made.id(), null, false));

        assertThat(refusal).isInstanceOf(Refusal.Conflict.class);
        assertThat(refusal.message()).contains("1 price", "cascade");
        assertThat(box.governance.deployments().all()).hasSize(1);
        box.governance.deployments().delete(ALICE, made.id(), null, true).made();
        assertThat(box.governance.prices().all()).isEmpty();
        assertThat(box.governance.upstreams().all()).isEmpty();
    }

    @Test
    void whatMakesADeploymentCallableGoesWithItOnly() {
        ModelDraft.Target elsewhere = elsewhere();
        Deployment made = create(CHAT);
        PublicModel model = model("chat-large");
        UUID upstream = model.targets().getFirst().upstreamId();

        assertThat(refusal(box.governance.models().delete(ALICE, model.id(), null, false)).message())
                .contains("deployment chat");
        assertThat(refusal(box.governance.models().update(ALICE, model.id(), null,
                to(draft -> draft.withTargets(List.of(elsewhere))))).message()).contains("weight 0");
        assertThat(refusal(box.governance.models().update(ALICE, model.id(), null,
                to(draft -> new ModelDraft("other", draft.tokenizer(), draft.contextTokens(), draft.maxOutputTokens(),
                        draft.surfaces(), draft.targets()))))
                .message()).contains("keeps its name");
        assertThat(refusal(box.governance.upstreams().update(ALICE, upstream, null,
                to(draft -> UpstreamDraft.local("chat", Upstream.Kind.VLLM, "unix:/run/a.sock", false)))).message())
                .contains("deployment chat");
        assertThat(refusal(box.governance.upstreams().delete(ALICE, upstream, null, false)).message())
                .contains("deployment chat");
        box.governance.deployments().delete(ALICE, made.id(), null, false).made();
        assertThat(box.governance.models().find(model.id())).isEmpty();
    }

    @Test
    void takenNamesAreRefusedWithWhatToDo() {
        box.model("small");
        create(CHAT.withAdapters(List.of(adapter("legal"))));

        assertThat(refusedAsTaken(DeploymentDraft.of("chat", "other", "/m"))).contains("deployment named chat");
        assertThat(refusedAsTaken(DeploymentDraft.of("other", "chat-large", "/m"))).contains("deployment chat has it");
        assertThat(refusedAsTaken(DeploymentDraft.of("other", "legal", "/m"))).contains("deployment chat has it");
        assertThat(refusedAsTaken(DeploymentDraft.of("other", "small", "/m"))).contains("goes to at-small",
                "Choose another name");
        assertThat(refusedAsTaken(DeploymentDraft.of("at-small", "other", "/m")))
                .contains("upstream of that name goes to https://api.example.com");
        assertThat(fields(box.governance.deployments().create(ALICE, DeploymentDraft.of("other", "a", "/m")
                .withAdapters(List.of(adapter("b"), adapter("a")))))).containsExactly("adapters[1].name");
        assertThat(box.governance.deployments().all()).hasSize(1);
    }

    @Test
    void draftsOutOfTheirRangesAreRefusedWithTheField() {
        assertThat(fields(box.governance.deployments().create(ALICE, CHAT.withReplicas(65))))
                .containsExactly("replicas");
        assertThat(fields(box.governance.deployments().create(ALICE, DeploymentDraft.of("Chat!", "chat", "/m"))))
                .containsExactly("name");
    }

    @Test
    void objectionsOfTheEnginesRefuseWhatIsNewOrMoreButNotLess() {
        List<String> asked = new ArrayList<>();
        Deployment made = create(CHAT.withReplicas(2));
        box.check = (_, names) -> {
            asked.addAll(names);
            return Map.of(names.iterator().next(),
                    List.of(new FieldError("sizing.gpus", "names GPU-1 twice. Name it once.")));
        };

        assertThat(fields(box.governance.deployments().create(ALICE, DeploymentDraft.of("other", "other", "/m"))))
                .containsExactly("sizing.gpus");
        assertThat(box.governance.upstreams().all()).hasSize(1);
        assertThat(fields(box.governance.deployments().update(ALICE, made.id(), null,
                to(draft -> draft.withReplicas(3))))).containsExactly("sizing.gpus");
        assertThat(asked).hasSize(2);
        assertThat(update(made, draft -> draft.withReplicas(0)).replicas()).isZero();
        assertThat(asked).hasSize(2);
    }

    @Test
    void oneDeclarationIsJudgedByWhatShallBeInTheEnd() {
        create(CHAT.withReplicas(2));
        DeploymentDraft other = DeploymentDraft.of("a-other", "other", "/m");
        create(other);
        create(DeploymentDraft.of("gone", "gone", "/m"));
        // A box with room for three replicas.
        box.check = (all, names) -> all.stream().mapToInt(DeploymentDraft::replicas).sum() <= 3
                ? Map.of()
                : names.stream().collect(Collectors.toMap(name -> name,
                        _ -> List.of(new FieldError("sizing", "There is no room."))));
        assertThat(fields(box.governance.deployments().update(ALICE,
                box.governance.deployments().list(Map.of("name", "a-other"), null, 1).items().getFirst().id(), null,
                to(draft -> draft.withReplicas(2))))).containsExactly("sizing");

        assertThat(box.governance.declarations()
                .apply(ALICE, declaring(other.withReplicas(2), CHAT.withReplicas(1)), false, true)
                .made().updated()).isEqualTo(2);

        Refusal refused = refusal(box.governance.declarations()
                .apply(ALICE, declaring(other.withReplicas(3), CHAT.withReplicas(2)), false, true));
        assertThat(((Refusal.Invalid) refused).errors()).extracting(FieldError::message)
                .containsExactlyInAnyOrder("of the deployment a-other: There is no room.",
                        "of the deployment chat: There is no room.");
        assertThat(refusal(box.governance.declarations()
                .apply(ALICE, declaring(other.withReplicas(3), CHAT), true, true))).as("a rehearsal is judged too")
                .isInstanceOf(Refusal.Invalid.class);
    }

    private static Declaration declaring(DeploymentDraft... deployments) {
        return new Declaration(Declaration.VERSION, null, null, null, null, null, null, List.of(deployments), null,
                null, null, null, null);
    }

    @Test
    void exportOfABoxWithDeploymentsAppliedToAnEmptyOneGivesTheSame(@TempDir Path directory) {
        ModelDraft.Target elsewhere = elsewhere();
        create(with(CHAT, "sizing", "contextTokens", 4000).withAdapters(List.of(adapter("legal"))));
        box.governance.models().update(ALICE, model("legal").id(), null,
                to(model -> model.withTargets(List.of(elsewhere, model.targets().getFirst())))).made();
        UpstreamServer upstream = box.governance.upstreams().list(java.util.Map.of("name", "chat"), null, 1).items()
                .getFirst();
        box.governance.upstreams().update(ALICE, upstream.id(), null, to(UpstreamDraft::asSimulated)).made();
        Declaration export = box.governance.declarations().export();
        try (Box empty = new Box(kind.fresh(directory), directory)) {
            empty.governance.declarations().apply(ALICE, export, false, true).made();
            assertThat(empty.governance.declarations().export()).isEqualTo(export);
            DeclarationReport again = empty.governance.declarations().apply(ALICE, export, false, true).made();
            assertThat(again.created() + again.updated() + again.deleted()).isZero();
        }
    }

    @Test
    void declaredDeploymentAloneBringsItsUpstreamAndModelAndPruningLeavesThem() {
        String declared = """
                apiVersion: gatehouse/v1
                upstreams: []
                models: []
                deployments:
                  - {name: chat, publicName: chat-large, model: /models/chat, replicas: %d}
                """;
        assertThat(apply(String.format(declared, 1)).created()).isEqualTo(1);
        DeclarationReport again = apply(String.format(declared, 2));
        assertThat(again.updated()).isEqualTo(1);
        assertThat(again.deleted()).isZero();
        assertThat(target("chat-large").upstream().deployment()).isEqualTo("chat");

        DeclarationReport pruned = apply("{apiVersion: gatehouse/v1, deployments: []}");

        assertThat(pruned.deleted()).isEqualTo(1);
        assertThat(box.governance.upstreams().all()).isEmpty();
        assertThat(box.governance.models().all()).isEmpty();
    }

    @Test
    void deploymentsAreFoundByTheirNames() {
        create(CHAT);
        create(DeploymentDraft.of("other", "other", "/m"));

        assertThat(box.governance.deployments().list(java.util.Map.of("name", "chat"), null, 10).items())
                .extracting(Deployment::publicName).containsExactly("chat-large");
        assertThat(box.governance.deployments().list(java.util.Map.of("publicName", "other"), null, 10).items())
                .extracting(Deployment::name).containsExactly("other");
    }

    private DeclarationReport apply(String yaml) {
        Declaration declaration = switch (Json.parseYaml(yaml.getBytes(java.nio.charset.StandardCharsets.UTF_8))) {
            case Reading.Whole<com.fasterxml.jackson.databind.JsonNode>(var tree) ->
                whole(Json.read(tree, Declaration.class));
            case Reading.Broken<com.fasterxml.jackson.databind.JsonNode>(var errors) ->
                throw new AssertionError(errors);
        };
        return box.governance.declarations().apply(ALICE, declaration, false, true).made();
    }

    private static <T> T whole(Reading<T> reading) {
        return switch (reading) {
            case Reading.Whole<T>(T value) -> value;
            case Reading.Broken<T>(var errors) -> throw new AssertionError(errors);
        };
    }

    private static Adapter adapter(String name) {
        return new Adapter(name, "/adapters/" + name);
    }

    private static DeploymentDraft with(DeploymentDraft draft, String member, String value) {
        ObjectNode tree = Json.tree(draft).put(member, value);
        return whole(Json.read(tree, DeploymentDraft.class));
    }

    private static DeploymentDraft with(DeploymentDraft draft, String group, String member, int value) {
        ObjectNode tree = Json.tree(draft);
        ((ObjectNode) tree.get(group)).put(member, value);
        return whole(Json.read(tree, DeploymentDraft.class));
    }

    private Deployment create(DeploymentDraft draft) {
        return box.governance.deployments().create(ALICE, draft).made();
    }

    private Deployment update(Deployment stored, UnaryOperator<DeploymentDraft> edit) {
        return box.governance.deployments().update(ALICE, stored.id(), null, to(edit)).made();
    }

    private String refusedAsTaken(DeploymentDraft draft) {
        Refusal refusal = refusal(box.governance.deployments().create(ALICE, draft));
        assertThat(refusal).isInstanceOf(Refusal.Conflict.class);
        return refusal.message();
    }

    private static List<String> fields(Change<?> change) {
        return ((Refusal.Invalid) refusal(change)).errors().stream().map(FieldError::field).toList();
    }

    private ModelDraft.Target elsewhere() {
        List<PublicModel> small = box.governance.models().list(java.util.Map.of("name", "small"), null, 1).items();
        PublicModel model = small.isEmpty() ? box.model("small") : small.getFirst();
        return model.draft().targets().getFirst();
    }

    private PublicModel model(String name) {
        return box.governance.models().list(java.util.Map.of("name", name), null, 1).items().getFirst();
    }

    private ModelRoute.Target target(String model) {
        List<ModelRoute.Target> targets = box.snapshot().model(model).orElseThrow().targets();
        assertThat(targets).hasSize(1);
        return targets.getFirst();
    }
}
