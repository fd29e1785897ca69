package org.gatehouse.setup;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.gatehouse.governance.Change;
import org.gatehouse.governance.Declaration;
import org.gatehouse.governance.DeclarationReport;
import org.gatehouse.governance.Governance;
import org.gatehouse.governance.Refusal;
import org.gatehouse.governance.form.Json;
import org.gatehouse.governance.snapshot.Upstream;
import org.gatehouse.setup.ProvidersAnswer.Asked;
import org.gatehouse.setup.ProvidersAnswer.AskedModel;

/** The commercial providers, each called live before it is stored, and the models that are used of them. */
record ProvidersStep(Governance governance, SetupRows rows, ProviderTest test, Supplier<UUID> ids)
        implements
            Step<ProvidersAnswer> {
    /** People wait for it: shorter than what calls get. */
    private static final Upstream.Timeouts PATIENCE = new Upstream.Timeouts(Duration.ofSeconds(5),
            Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(30));
    private static final long REPLY_BYTES = 8L << 20;

    @Override
    public String name() {
        return "providers";
    }

    @Override
    public Class<ProvidersAnswer> form() {
        return ProvidersAnswer.class;
    }

    @Override
    public ObjectNode found(Asking asking) {
        ObjectNode found = JsonNodeFactory.instance.objectNode();
        found.put("currency", governance.currentSettings().currency());
        found.set("kinds", ProviderKinds.tree());
        return found;
    }

    @Override
    public List<Check> check(ProvidersAnswer answer, Asking asking) {
        List<Check> checks = new ArrayList<>();
        Check rehearsed = new Rehearsal(governance).check("providers", asking.actor(),
                declaration(answer));
        checks.add(rehearsed);
        // What can't be stored is not called: its address may be one that nobody may call.
        if (rehearsed.ok()) {
            answer.upstreams().forEach(upstream -> checks.addAll(called(upstream)));
        }
        return checks;
    }

    private Declaration declaration(ProvidersAnswer answer) {
        return answer.declaration(governance.declarations().export(), Preset.chosen(rows),
                new Rehearsal(governance).counted(answer.currency()));
    }

    private List<Check> called(Asked asked) {
        Upstream upstream = upstream(asked);
        if (asked.models().isEmpty()) {
            return List.of(check(asked.name(), test.test(upstream, null)));
        }
        List<Check> checks = new ArrayList<>();
        for (AskedModel model : asked.models()) {
            checks.add(check(checks.isEmpty() ? asked.name() : asked.name() + " " + model.name(),
                    test.test(upstream, model.there())));
        }
        return checks;
    }

    private static Check check(String name, ProviderTest.Result result) {
        return new Check(name, result.works(), result.message(), result.millis(), result.models());
    }

    private Upstream upstream(Asked asked) {
        String key = asked.apiKey();
        Optional<Upstream> stored = governance.upstreams().all().stream()
                .filter(server -> server.name().equals(asked.name())).findFirst()
                .flatMap(server -> governance.upstream(server.id()));
        List<Upstream.ProviderKey> keys = key != null
                ? List.of(new Upstream.ProviderKey("main", key))
                : stored.map(Upstream::keys).orElse(List.of());
        return new Upstream(ids.get(), asked.name(), asked.kind(), asked.address(), keys, false,
                asked.privateAddressesAllowed(), asked.simulated(), PATIENCE, REPLY_BYTES, false, asked.region(),
                asked.options());
    }

    @Override
    public Outcome accept(ProvidersAnswer answer, Asking asking) {
        return switch (governance.declarations().apply(asking.actor(),
                declaration(answer), false, false)) {
            case Change.Refused<DeclarationReport>(Refusal refusal) -> new Outcome.Refused(refusal);
            case Change.Made<DeclarationReport>(DeclarationReport report) -> new Outcome.Done(Json.tree(answer),
                    Rehearsal.result(report), JsonNodeFactory.instance.objectNode());
        };
    }
}
