package org.gatehouse.daemon.demo;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import org.gatehouse.governance.Actor;
import org.gatehouse.governance.BudgetDraft;
import org.gatehouse.governance.DepartmentDraft;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.Key;
import org.gatehouse.governance.KeyDraft;
import org.gatehouse.governance.LimitDraft;
import org.gatehouse.governance.ModelDraft;
import org.gatehouse.governance.NewKeyDraft;
import org.gatehouse.governance.PriceDraft;
import org.gatehouse.governance.ProjectDraft;
import org.gatehouse.governance.ScopeReference;
import org.gatehouse.governance.UpstreamDraft;
import org.gatehouse.governance.UpstreamServer;
import org.gatehouse.governance.UserDraft;
import org.gatehouse.governance.form.Reading;
import org.gatehouse.governance.snapshot.Budget;
import org.gatehouse.governance.snapshot.Limit;
import org.gatehouse.governance.snapshot.ModelRoute;
import org.gatehouse.governance.snapshot.Scope;
import org.gatehouse.governance.snapshot.Upstream;

/** What the demo governs: two departments, a user, two keys, three models, prices, a limit and a budget. */
record DemoSeed(Governance governance, DemoEngines engines) {
    static final List<String> PROGRAMS = List.of("sim-small", "sim-large", "sim-cloud");
    static final List<String> MODELS = List.of("sim-small", "sim-large", "sim-cloud");
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

    /** Sets everything up, or on a directory that was used before tells the upstreams' new addresses. */
    List<DemoKey> sow(List<DemoKey> earlier) {
        if (!governance.upstreams().all().isEmpty()) {
            governance.upstreams().all().stream().filter(server -> PROGRAMS.contains(server.name()))
                    .forEach(this::readdress);
            return earlier.isEmpty()
                    ? governance.keys().noun().all().stream()
                            .filter(key -> key.name().equals(key.project() + KEY_SUFFIX)).map(this::anew).toList()
                    : earlier;
        }
        UUID small = model("sim-small", upstream(UpstreamDraft.local("sim-small", Upstream.Kind.VLLM,
                engines.engineUrl("sim-small"), true)), ModelRoute.Tokenizer.ENGINE);
        UUID large = model("sim-large", upstream(UpstreamDraft.local("sim-large", Upstream.Kind.VLLM,
                engines.engineUrl("sim-large"), true)), ModelRoute.Tokenizer.ENGINE);
        UUID cloud = model("sim-cloud", upstream(UpstreamDraft
                .commercial("sim-cloud", engines.cloudUrl(), DemoEngines.CLOUD_KEY).onPrivateAddress().asSimulated()),
                ModelRoute.Tokenizer.UNKNOWN);
        price(small, "0.05", "0.20");
        price(large, "0.40", "1.60");
        price(cloud, "2.50", "10.00");
        UUID owner = governance.users().create(DEMO, new UserDraft("Ada Example", "ada@example.com")).made().id();
        List<DemoKey> keys = new ArrayList<>();
        keys.add(department("Research", "search", owner));
        keys.add(department("Support", "helpdesk", null));
        return keys;
    }

    /** The file with the keys is gone and the box knows their hashes only: each gets a new secret. */
    private DemoKey anew(Key key) {
        return new DemoKey(key.department(), key.project(),
                governance.keys().rotate(DEMO, key.id(), null, Duration.ZERO, null).made().secret());
    }

    private void readdress(UpstreamServer server) {
        String url = server.name().equals("sim-cloud") ? engines.cloudUrl() : engines.engineUrl(server.name());
        governance.upstreams()
                .update(DEMO, server.id(), null, draft -> new Reading.Whole<>(new UpstreamDraft(draft.name(),
                        draft.kind(), url, draft.apiKey(), draft.local(), draft.privateAddressesAllowed(),
                        draft.simulated(),
                        draft.timeouts(), draft.maxReplyBytes())))
                .made();
    }

    private DemoKey department(String name, String project, @org.jspecify.annotations.Nullable UUID owner) {
        UUID department = governance.departments().create(DEMO, DepartmentDraft.named(name)).made().id();
        UUID projectId = governance.projects().create(DEMO, ProjectDraft.named(department, project)).made().id();
        governance.limits().create(DEMO, new LimitDraft(new ScopeReference(Scope.Type.DEPARTMENT, department),
                Limit.Kind.REQUESTS_PER_MINUTE, 600_000)).made();
        governance.limits().create(DEMO, new LimitDraft(new ScopeReference(Scope.Type.PROJECT, projectId),
                Limit.Kind.TOKENS_PER_MINUTE, 100_000_000)).made();
        governance.budgets().create(DEMO, BudgetDraft.hard(new ScopeReference(Scope.Type.DEPARTMENT, department),
                Budget.Period.MONTH, new BigDecimal("1000"))).made();
        KeyDraft draft = new KeyDraft(projectId, project + KEY_SUFFIX, owner, KeyDraft.EVERYTHING, KeyDraft.EVERYTHING,
                List.of(), null);
        return new DemoKey(name, project, governance.keys().create(DEMO, NewKeyDraft.of(draft), null).made().secret());
    }

    private UUID upstream(UpstreamDraft draft) {
        return governance.upstreams().create(DEMO, draft).made().id();
    }

    private UUID model(String name, UUID upstream, ModelRoute.Tokenizer tokenizer) {
        return governance.models().create(DEMO, ModelDraft.routed(name, upstream, name, tokenizer, 8192, 2048)).made()
                .id();
    }

    private void price(UUID model, String input, String output) {
        governance.prices().create(DEMO, PriceDraft.perMillion(model, new BigDecimal(input), new BigDecimal(output)))
                .made();
    }
}
