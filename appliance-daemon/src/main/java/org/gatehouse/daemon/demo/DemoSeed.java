package org.gatehouse.daemon.demo;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.BudgetDraft;
import org.gatehouse.governance.DepartmentDraft;
import org.gatehouse.governance.DeploymentDraft;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.Governed;
import org.gatehouse.governance.Key;
import org.gatehouse.governance.KeyDraft;
import org.gatehouse.governance.LimitDraft;
import org.gatehouse.governance.ModelDraft;
import org.gatehouse.governance.NewKeyDraft;
import org.gatehouse.governance.Noun;
import org.gatehouse.governance.PriceDraft;
import org.gatehouse.governance.ProjectDraft;
import org.gatehouse.governance.RouteRules;
import org.gatehouse.governance.ScopeReference;
import org.gatehouse.governance.UpstreamDraft;
import org.gatehouse.governance.UpstreamServer;
import org.gatehouse.governance.UserDraft;
import org.gatehouse.governance.form.Reading;
import org.gatehouse.governance.snapshot.Budget;
import org.gatehouse.governance.snapshot.KeyRecord;
import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Scope;

/** What the demo governs: two departments, a user, two keys, four models, prices, a limit and a budget. */
record DemoSeed(Governance governance, DemoEngines engines, Path models) {
    /** Served by the box, by the commercial API when the box cannot, and gone on with by that when an answer breaks off. */
    static final String ASSISTANT = "sim-assistant";
    static final List<String> MODELS = List.of("sim-small", "sim-large", "sim-cloud", ASSISTANT);
    private static final String KEY_SUFFIX = "-demo";
    private static final Actor DEMO = Actor.system("demo");

    /**
     * A key of the demo.
     *
     * @param text the whole key; written down, as no real box would do
     */
    record DemoKey(String department, String project, String text) {

        /** Leaves the secret out. */
        @Override
        public String toString() {
            return "DemoKey[" + department + ", " + project + "]";
        }
    }

    /**
     * Sets everything up. On a directory that was used before it tells the upstreams' new addresses and, unless the
     * setting up once came to its end, makes what is missing: a demo may be stopped in the middle of it.
     */
    List<DemoKey> sow(List<DemoKey> earlier) throws IOException {
        governance.upstreams().all().stream().filter(server -> server.name().equals(DemoEngines.CLOUD))
                .forEach(this::readdress);
        deployment("sim-small", DemoModels.SMALL, DemoEngines.FAST, 0, "0.05", "0.20");
        deployment("sim-large", DemoModels.LARGE, DemoEngines.SLOW, 1, "0.40", "1.60");
        if (!earlier.isEmpty()) {
            return earlier;
        }
        model("sim-cloud", UpstreamDraft.commercial("sim-cloud", engines.cloudUrl(), DemoEngines.CLOUD_KEY)
                .onPrivateAddress().asSimulated(), ModelRoute.Tokenizer.UNKNOWN, "2.50", "10.00");
        assistant();
        UUID owner = there(governance.users(), user -> user.name().equals("Ada Example"))
                .orElseGet(
                        () -> governance.users().create(DEMO, new UserDraft("Ada Example", "ada@example.com")).made())
                .id();
        List<DemoKey> keys = new ArrayList<>();
        keys.add(department("Research", "search", owner));
        keys.add(department("Support", "helpdesk", null));
        return keys;
    }

    private static <T extends Record & Governed> Optional<T> there(Noun<T, ?> noun, Predicate<T> wanted) {
        return noun.all().stream().filter(wanted).findFirst();
    }

    /** The file with the keys is gone and the box knows their hashes only: each gets a new secret. */
    private DemoKey anew(Key key) {
        return new DemoKey(key.department(), key.project(),
                governance.keys().rotate(DEMO, key.id(), null, Duration.ZERO, null).made().secret());
    }

    private void readdress(UpstreamServer server) {
        governance.upstreams()
                .update(DEMO, server.id(), null, draft -> new Reading.Whole<>(new UpstreamDraft(draft.name(),
                        draft.kind(), engines.cloudUrl(), draft.apiKey(), draft.local(),
                        draft.privateAddressesAllowed(),
                        draft.simulated(),
                        draft.timeouts(), draft.maxReplyBytes())))
                .made();
    }

    private DemoKey department(String name, String project, @org.jspecify.annotations.Nullable UUID owner) {
        UUID department = there(governance.departments(), one -> one.name().equals(name))
                .orElseGet(() -> governance.departments().create(DEMO, DepartmentDraft.named(name)).made()).id();
        UUID projectId = there(governance.projects(),
                one -> one.departmentId().equals(department) && one.name().equals(project))
                .orElseGet(() -> governance.projects().create(DEMO, ProjectDraft.named(department, project))
                        .made())
                .id();
        limit(new ScopeReference(Scope.Type.DEPARTMENT, department), Limit.Kind.REQUESTS_PER_MINUTE, 600_000);
        limit(new ScopeReference(Scope.Type.PROJECT, projectId), Limit.Kind.TOKENS_PER_MINUTE, 100_000_000);
        if (there(governance.budgets(), one -> one.scope().id().equals(department)).isEmpty()) {
            governance.budgets().create(DEMO, BudgetDraft.hard(new ScopeReference(Scope.Type.DEPARTMENT, department),
                    Budget.Period.MONTH, new BigDecimal("1000"))).made();
        }
        KeyDraft draft = new KeyDraft(projectId, project + KEY_SUFFIX, owner, KeyDraft.EVERYTHING, KeyDraft.EVERYTHING,
                List.of(), null);
        return there(governance.keys().noun(),
                key -> key.projectId().equals(projectId) && key.name().equals(draft.name())
                        && key.state() != KeyRecord.State.REVOKED)
                .map(this::anew)
                .orElseGet(() -> new DemoKey(name, project,
                        governance.keys().create(DEMO, NewKeyDraft.of(draft), null).made().secret()));
    }

    private void limit(ScopeReference scope, Limit.Kind kind, long amount) {
        if (there(governance.limits(), one -> one.scope().id().equals(scope.id())).isEmpty()) {
            governance.limits().create(DEMO, new LimitDraft(scope, kind, amount)).made();
        }
    }

    /** A model that the box itself serves, on a GPU of its own. */
    private void deployment(String name, DemoModels model, String release, int gpu, String input, String output)
            throws IOException {
        String directory = model.in(models).toString();
        if (there(governance.deployments(), one -> one.name().equals(name)).isEmpty()) {
            DeploymentDraft usual = DeploymentDraft.of(name, name, directory);
            governance.deployments().create(DEMO, new DeploymentDraft(usual.name(), usual.publicName(), usual.model(),
                    usual.engine(), release, List.of(), usual.replicas(),
                    usual.sizing().on(List.of(DemoGpus.id(gpu)), 90), usual.onDemand(), usual.idleSeconds(),
                    usual.sleep(), usual.priority(), usual.adapters(), usual.patience())).made();
        }
        there(governance.upstreams(), one -> one.name().equals(name) && !one.simulated())
                .ifPresent(server -> governance.upstreams()
                        .update(DEMO, server.id(), null, draft -> new Reading.Whole<>(draft.asSimulated())).made());
        price(there(governance.models(), one -> one.name().equals(name)).orElseThrow().id(), input, output);
    }

    private void assistant() {
        UUID local = there(governance.upstreams(), one -> one.name().equals("sim-small")).orElseThrow().id();
        UUID cloud = there(governance.upstreams(), one -> one.name().equals("sim-cloud")).orElseThrow().id();
        UUID model = there(governance.models(), one -> one.name().equals(ASSISTANT))
                .orElseGet(() -> governance.models()
                        .create(DEMO, new ModelDraft(ASSISTANT, ModelRoute.Tokenizer.UNKNOWN, 8192, 2048,
                                KeyDraft.EVERYTHING,
                                List.of(new ModelDraft.Target(local, "sim-small", 1).named("local", 0),
                                        new ModelDraft.Target(cloud, "sim-cloud", 1).named("commercial", 1)))
                                .routedBy(RouteRules.DEFAULT.continued()))
                        .made())
                .id();
        price(model, "0.05", "0.20");
    }

    private void price(UUID model, String input, String output) {
        if (there(governance.prices(), one -> one.modelId().equals(model)).isEmpty()) {
            governance.prices().create(DEMO,
                    PriceDraft.perMillion(model, new BigDecimal(input), new BigDecimal(output))).made();
        }
    }

    private void model(String name, UpstreamDraft server, ModelRoute.Tokenizer tokenizer, String input,
            String output) {
        UUID upstream = there(governance.upstreams(), one -> one.name().equals(name))
                .orElseGet(() -> governance.upstreams().create(DEMO, server).made()).id();
        UUID model = there(governance.models(), one -> one.name().equals(name))
                .orElseGet(() -> governance.models()
                        .create(DEMO, ModelDraft.routed(name, upstream, name, tokenizer, 8192, 2048)).made())
                .id();
        price(model, input, output);
    }
}
